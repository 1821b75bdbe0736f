import { columnsOf, cutToColumns } from '../report/wrap-text.ts';

/** A column of a table: its heading, and whether it may lose the middle of its cells when the terminal is narrow. */
export interface Column {
  readonly heading: string;
  readonly isElastic?: true;
}

const GAP = '  ';
/** An elastic column is never cut below this. */
const MIN_ELASTIC = 16;

/**
 * Rows as aligned lines with a heading. `columns` is the width of the terminal; without it nothing is cut. Cells must be
 * printable already; rows have as many cells as there are columns.
 */
export function textTable(
  head: readonly Column[],
  rows: readonly (readonly string[])[],
  columns?: number,
): readonly string[] {
  const lines = [head.map(({ heading }) => heading), ...rows];
  const natural = head.map((_, index) =>
    lines.reduce((widest, cells) => Math.max(widest, columnsOf(cells[index] ?? '')), 0),
  );
  const widths = columns === undefined ? natural : fit(head, natural, columns);
  return lines.map((cells) =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        const text = cutToColumns(cell, width);
        return text + ' '.repeat(Math.max(width - columnsOf(text), 0));
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Takes what is too much from the elastic columns, from the widest first. */
function fit(head: readonly Column[], natural: readonly number[], columns: number): number[] {
  const widths = [...natural];
  const total = widths.reduce((sum, width) => sum + width, (widths.length - 1) * GAP.length);
  for (let excess = total - columns; excess > 0; excess -= 1) {
    const elastic = widths
      .map((width, index) => ({ width, index }))
      .filter(({ width, index }) => head[index]?.isElastic && width > MIN_ELASTIC)
      .toSorted((a, b) => b.width - a.width)[0];
    if (!elastic) break;
    widths[elastic.index] = elastic.width - 1;
  }
  return widths;
}
