/** The folder of a path without its last component; empty when there is none. */
export function folderOf(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  const slash = path.lastIndexOf('/', end - 1);
  return slash === 0 ? '/' : path.slice(0, Math.max(slash, 0));
}
