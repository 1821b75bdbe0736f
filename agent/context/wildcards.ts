/**
 * Names with wildcards, as gsutil and the like read them: `*` stands for any text within a component, `?` for one character,
 * and a component that holds `**` for any depth. Nothing is looked up on the disk: paths that are known are compared.
 */

/** Longest pattern that is looked for, in characters: no file of a Mac that a program can name has a longer path. */
const MAX_PATTERN = 1024;

/** Whether the path is a pattern; one above the bound is plain characters, because to compare it takes too long. */
export function hasWildcard(path: string): boolean {
  return path.length <= MAX_PATTERN && /[*?]/.test(path);
}

/** The folder above the first component with a wildcard. */
export function folderAboveWildcard(pattern: string): string {
  const fixed = pattern.slice(0, pattern.search(/[*?]/));
  return fixed.slice(0, Math.max(fixed.lastIndexOf('/'), 1));
}

/** How a pattern fits a path: it names the path, or a folder above it, or neither. Both are path keys. */
export function fit(pattern: string, key: string): 'named' | 'folder' | null {
  const wanted = pattern.split('/');
  const parts = key.split('/');
  for (const [at, part] of wanted.entries()) {
    if (part.includes('**'))
      return isLike(wanted.slice(at).join('/'), parts.slice(at).join('/')) ? 'named' : null;
    const own = parts[at];
    if (own === undefined || !isLike(part, own)) return null;
  }
  return parts.length === wanted.length ? 'named' : 'folder';
}

/** Two pointers and the last star: no pattern takes more than its length times that of the text. */
function isLike(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let behindStar = 0;
  for (let read = 0; read < text.length; ) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at;
      at += 1;
      behindStar = read;
    } else if (sign !== undefined && (sign === '?' || sign === text[read])) {
      at += 1;
      read += 1;
    } else {
      if (star === -1) return false;
      at = star + 1;
      behindStar += 1;
      read = behindStar;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
