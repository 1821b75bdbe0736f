/**
 * Where the quote at `start` is closed, or -1: a backslash takes the next character, a doubled quote stands for itself, as
 * SQL, libpq and rclone write it.
 */
export function closingQuote(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at;
      at += 1;
    }
  }
  return -1;
}
