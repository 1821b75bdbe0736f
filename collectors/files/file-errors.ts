/** The trouble that an error of the file system means for a watch. */
export function troubleOf(code: string): 'watch-limit' | 'root-unreadable' {
  return code === 'EMFILE' || code === 'ENFILE' || code === 'ENOSPC'
    ? 'watch-limit'
    : 'root-unreadable';
}

/** Whether an error of the file system says that nothing is at the path. */
export function isMissing(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The code of a system error (`EACCES`), or an empty text for anything else. */
export function errorCode(error: unknown): string {
  const isCoded = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return isCoded ? String(error.code) : '';
}

/** What to say of a folder that gave this error. */
export function unreadable(code: string): string {
  return troubleOf(code) === 'watch-limit'
    ? `cannot be watched in full (${code}): raise the limit of open files or watches`
    : `cannot be read (${code}): grant Full Disk Access to the agent's own binary`;
}
