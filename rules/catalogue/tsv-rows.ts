/** One line of a table whose columns are separated by tabs. */
export interface TsvRow {
  /** Line number in the file, from 1. */
  readonly line: number;
  /** The line without its end; columns are not split, because tables of ten thousand rows have few different ones. */
  readonly text: string;
}

/** The rows of a table; empty lines and lines that start with `#` are none. */
export function tsvRows(text: string): readonly TsvRow[] {
  const rows: TsvRow[] = [];
  let line = 0;
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    line++;
    end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    const row = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    if (row !== '' && !row.startsWith('#')) rows.push({ line, text: row });
  }
  return rows;
}
