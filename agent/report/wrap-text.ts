import { shorten } from './escape.ts';

/** Characters that fixed-width fonts draw twice as wide. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that are drawn on the character before them: names of files often come decomposed on a Mac. */
const ON_TOP = /[\p{Mn}\p{Me}]/u;
const BREAK_AFTER = /[/\s._,;-]/u;

/**
 * Breaks text into at most `maxLines` lines of `columns` fixed-width columns, after a separator where one is near the end
 * of the line. What does not fit loses its middle. Never gives an empty list. SVG does not break lines by itself.
 */
export function wrapText(text: string, columns: number, maxLines: number): readonly string[] {
  const lines = breakLines(text, columns);
  if (lines.length <= maxLines) return lines;
  // Wide characters may need more lines than counted, so the result is cut again.
  for (let limit = columns * maxLines; limit > 1; limit = Math.floor(limit * 0.8)) {
    const shorter = breakLines(shorten(text, limit), columns);
    if (shorter.length <= maxLines) return shorter;
  }
  return ['…'];
}

/** Columns of a text in a fixed-width font. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

function widthOf(character: string): number {
  if (ON_TOP.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

function breakLines(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line: string[] = [];
  let width = 0;
  for (const character of text) {
    const wide = widthOf(character);
    if (width + wide > columns && line.length > 0) {
      const at = breakAt(line);
      lines.push(line.slice(0, at).join(''));
      line = line.slice(at);
      width = columnsOf(line.join(''));
    }
    line.push(character);
    width += wide;
  }
  lines.push(line.join(''));
  return lines;
}

/** Where to cut a full line: after the last separator in its second half, else at its end. */
function breakAt(line: readonly string[]): number {
  const at = line.findLastIndex((character) => BREAK_AFTER.test(character));
  return at >= line.length / 2 ? at + 1 : line.length;
}

/** At most so many columns of a text; what is too much goes from its middle. */
export function cutToColumns(text: string, columns: number): string {
  let cut = text;
  for (let limit = columns; columnsOf(cut) > columns && limit > 0; limit -= 1)
    cut = shorten(text, limit);
  return cut;
}
