/** Characters (UTF-16 units) of one text. macOS paths end at 1,024 bytes (PATH_MAX, sys/syslimits.h), so no real path is cut. */
export const MAX_TEXT_CHARS = 2048;

/** Steps that become evidences; of a longer chain the first and the last halves are kept. */
export const MAX_EVIDENCES = 100;

/** Paths in `unmapped.spillwatch.files`; of a longer history the first and the last halves are kept. */
export const MAX_FILES = 1000;

/** Evidences and paths that stay where there is little room: both ends of the chain. */
export const FEW_EVIDENCES = 4;
export const FEW_FILES = 20;

/** Observables of one finding; the later ones are left out (user, peers, paths, processes is the order). */
export const MAX_OBSERVABLES = 200;

/** Largest count or pid: consumers that store Parquet read OCSF's `integer_t` as int32. */
export const MAX_INTEGER = 2 ** 31 - 1;

/** Cuts a text to `MAX_TEXT_CHARS`, as `cutText` does. */
export function boundText(text: string): string {
  return cutText(text, MAX_TEXT_CHARS);
}

/**
 * Cuts a text to `limit` characters, the last one then being `…`, and replaces lone surrogates by U+FFFD: strict receivers
 * refuse the whole document because of one.
 */
export function cutText(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

/** Bounds a text for a sentence that people read: control, format and line separator characters become U+FFFD too. */
export function boundSentence(text: string): string {
  return boundText(text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD'));
}

/** Keeps at most `limit` items, from the beginning and the end, because a chain starts and ends with what matters. */
export function keepEnds<Item>(items: readonly Item[], limit: number): readonly Item[] {
  if (items.length <= limit) {
    return items;
  }
  const head = Math.ceil(limit / 2);
  return [...items.slice(0, head), ...items.slice(items.length - (limit - head))];
}

/** The number itself when it is a whole one from 0 to `MAX_INTEGER`, else `null`. */
export function boundInteger(value: number): number | null {
  return Number.isInteger(value) && value >= 0 && value <= MAX_INTEGER ? value : null;
}

/** The last component of a path, without trailing slashes; the path itself when it has none. */
export function fileName(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') {
    end -= 1;
  }
  return end === 0 ? path : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}
