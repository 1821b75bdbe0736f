/** Exit code of a shell for a program that may not be started. */
export const NOT_SERVED = 126;

export const NOT_ROOT =
  'spillwatch: on a Mac root alone may use this executable, because of what it is granted; put sudo in front\n';

/**
 * Whether the executable does what was typed. It is signed as the holder of Full Disk Access, and the mode 0700 alone does not
 * keep it: `simulate` makes a copy that a user can start, and on macOS whoever can name a file can link to it, under any name
 * and for ever. So it asks who calls, not how its file is called or whose it is, which could be changed meanwhile.
 */
export function isServed(
  typed: readonly string[],
  { platform, uid }: { readonly platform: NodeJS.Platform; readonly uid: number },
): boolean {
  if (platform !== 'darwin' || uid === 0) return true;
  // Whoever signs it starts it once before it is installed.
  return typed.length === 1 && typed[0] === '--version';
}
