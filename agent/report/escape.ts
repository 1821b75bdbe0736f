/**
 * Text of other people on its way into HTML and SVG. Every such text of the report goes through this file.
 *
 * What cannot be seen is made visible: control, direction, private and unassigned characters, line separators and lone
 * halves of surrogate pairs become `\u{202e}`. Nothing is cut.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu;

/** Text as content or as a quoted attribute value. */
export function escapeText(text: string): string {
  return escapeMarkup(visible(text));
}

/** Text as content, the characters that were made visible marked as such. Not for attributes or SVG. */
export function escapeMarked(text: string): string {
  let marked = '';
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    marked += `${escapeMarkup(text.slice(from, match.index))}<span class="unseen">${escapeText(match[0])}</span>`;
    from = match.index + match[0].length;
  }
  return marked + escapeMarkup(text.slice(from));
}

/** A path, host or command as content: fixed width, blanks kept, with chances to break after each separator. */
export function escapePath(path: string): string {
  return `<span class="path">${escapeMarked(path).replace(/(?<!<)\/(?!>)/g, '/<wbr>')}</span>`;
}

/** Characters that nobody can see written as `\u{202e}`; markup is left as it is. */
export function visible(text: string): string {
  return text.replace(
    UNSEEN,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** At most `limit` characters (code points), the middle replaced by `…`: names differ at both ends. */
export function shorten(text: string, limit: number): string {
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  const tail = Math.floor((limit - 1) / 2);
  const head = limit - 1 - tail;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
