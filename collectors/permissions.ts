import { closeSync, openSync } from 'node:fs';

/** Only a process with Full Disk Access may open it; the file itself is never read. */
const PROTECTED_FILE = '/Library/Application Support/com.apple.TCC/TCC.db';

/**
 * Whether this process has Full Disk Access, by trying: EPERM is what TCC answers. `not-applicable` on other systems and when
 * the file is not there.
 */
export function fullDiskAccess(
  platform: NodeJS.Platform = process.platform,
  open: (path: string) => void = tryOpen,
): 'granted' | 'denied' | 'not-applicable' {
  if (platform !== 'darwin') return 'not-applicable';
  try {
    open(PROTECTED_FILE);
    return 'granted';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return code === 'EPERM' ? 'denied' : 'not-applicable';
  }
}

function tryOpen(path: string): void {
  closeSync(openSync(path, 'r'));
}

/**
 * The same question, answered by the package `node-mac-permissions`; `null` where it is not installed (it is built on macOS
 * only). It loads AppKit, so it is for a command that ends and never for the daemon.
 */
export function secondOpinion(load: () => unknown): string | null {
  try {
    const library = load();
    if (typeof library !== 'object' || library === null || !('getAuthStatus' in library))
      return null;
    const { getAuthStatus } = library;
    return typeof getAuthStatus === 'function' ? String(getAuthStatus('full-disk-access')) : null;
  } catch {
    return null;
  }
}
