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
