import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult } from './command.ts';
import { providerOfStorage, readProviderDomain } from './macos-output.ts';

const FOLDERS = ['Documents', 'Desktop', 'Downloads'];

/** Gives the attribute `com.apple.file-provider-domain-id` of a path. */
export type ReadDomain = (path: string) => Promise<CommandResult>;

/**
 * Which of Documents, Desktop and Downloads of a home are synced by whom; `null` where it could not be found out. A
 * folder that is not there is not synced. Nothing is opened or listed.
 */
export async function cloudFolders(
  home: string,
  readDomain: ReadDomain,
): Promise<ReadonlyMap<string, string | null>> {
  const found = new Map<string, string | null>();
  const realHome = await resolved(home);
  if (realHome === null) return found;
  const providers = await Promise.all(
    FOLDERS.map(async (name) => {
      const path = await resolved(join(home, name));
      if (path === null) return undefined;
      return providerOfPlace(path, realHome) ?? providerOfDomain(path, readDomain);
    }),
  );
  for (const [at, name] of FOLDERS.entries()) {
    const provider = providers[at];
    if (provider !== undefined) found.set(name, provider);
  }
  return found;
}

async function resolved(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    return null;
  }
}

function providerOfPlace(path: string, home: string): string | null {
  const storage = `${home}/Library/CloudStorage/`;
  if (path.startsWith(storage))
    return providerOfStorage(path.slice(storage.length).split('/')[0] ?? '');
  return path.startsWith(`${home}/Library/Mobile Documents/`) ? 'icloud' : null;
}

async function providerOfDomain(
  path: string,
  readDomain: ReadDomain,
): Promise<string | null | undefined> {
  const result = await readDomain(path);
  if (result.kind === 'done') return readProviderDomain(result.text);
  // xattr(1) exits with 1 when the attribute is not there.
  return result.status === 1 ? undefined : null;
}
