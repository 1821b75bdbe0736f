/**
 * What the installer unpacks beside each other and runs from: its two scripts, and what they read. `version` is the package's own
 * version, for preinstall; `files` the paths of all files that the payload has, one a line, for postinstall, which removes
 * what else lies in the bundle.
 */
import type { Entry, FileEntry } from './entry.ts';

const FILES = 'files';

export function installerScripts({
  version,
  payload,
  preinstall,
  postinstall,
}: {
  readonly version: string;
  readonly payload: readonly Entry[];
  readonly preinstall: Buffer;
  readonly postinstall: Buffer;
}): readonly FileEntry[] {
  return [
    { kind: 'file', path: 'preinstall', mode: 0o755, content: preinstall },
    { kind: 'file', path: 'postinstall', mode: 0o755, content: postinstall },
    { kind: 'file', path: 'version', mode: 0o644, content: Buffer.from(`${version}\n`) },
    { kind: 'file', path: FILES, mode: 0o644, content: fileList(payload) },
  ];
}

/** The same scripts for another payload: signing adds files to the bundle. */
export function scriptsFor(
  scripts: readonly FileEntry[],
  payload: readonly Entry[],
): readonly FileEntry[] {
  return scripts.map((script) =>
    script.path === FILES ? { ...script, content: fileList(payload) } : script,
  );
}

/** Throws when a path would not be found again: the list is read by lines and names are compared without case. */
function fileList(payload: readonly Entry[]): Buffer {
  const paths = payload.flatMap(({ kind, path }) => (kind === 'folder' ? [] : path));
  for (const path of paths)
    if (!/^[\x20-\x7e]+$/.test(path))
      throw new Error(`${JSON.stringify(path)}: the package has plain ASCII names only`);
  return Buffer.from(paths.map((path) => `${path}\n`).join(''));
}
