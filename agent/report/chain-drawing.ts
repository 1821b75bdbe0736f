/**
 * The way of the data as an inline SVG that reads from top to bottom, 360 units wide: a phone shows it at about its own
 * size, paper in one column. Colours come from the page (`style.ts`), so it follows light, dark and print.
 */
import type { Finding } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { type ChainNode, chainNodesOf } from './chain-nodes.ts';
import { type ChainRow, chainRowsOf } from './chain-rows.ts';
import { durationText } from './duration.ts';
import { escapeText, visible } from './escape.ts';
import { wrapText } from './wrap-text.ts';

export const DRAWING_WIDTH = 360;

const RADIUS = 14;
const LANE = 24;
const LEFT = 16;
const GAP = 12;
/** Widths of one column at the font sizes of `style.ts`; fixed-width fonts take 0.6 of their size. */
const NAME = { columnWidth: 8.1, lineHeight: 17, maxLines: 3 } as const;
const DETAIL = { columnWidth: 6.7, lineHeight: 15, maxLines: 3 } as const;
const HOW = { columnWidth: 6.2, lineHeight: 15, maxLines: 2 } as const;

interface Placed extends ChainRow {
  readonly x: number;
  /** Middle of the sign. */
  readonly y: number;
  readonly how: readonly string[];
  readonly name: readonly string[];
  readonly detail: readonly string[];
}

/** Draws tool, files and exits with what led from one to the next. A finding of any size gives at most 60 places. */
export function drawChain(finding: Finding): string {
  const { nodes, left } = chainNodesOf(finding);
  const { rows, height } = place(chainRowsOf(nodes));
  const more =
    left === 0
      ? ''
      : `<text class="how" x="${LEFT + RADIUS + 10}" y="${height + 10}">and ${left} more steps, see the timeline</text>`;
  const total = left === 0 ? height : height + 20;
  return [
    `<svg class="chain" viewBox="0 0 ${DRAWING_WIDTH} ${total}" role="img" aria-labelledby="chain-title chain-desc" xmlns="http://www.w3.org/2000/svg">`,
    '<title id="chain-title">The way of the data</title>',
    `<desc id="chain-desc">${escapeText(rows.map(sentenceOf).join('; '))}</desc>`,
    ...rows.map((row) => drawWay(row, rows)),
    ...rows.map((row) => drawSign(row) + drawTexts(row)),
    more,
    '</svg>',
  ].join('\n');
}

function place(chainRows: readonly ChainRow[]): { rows: readonly Placed[]; height: number } {
  const rows: Placed[] = [];
  let top = 2;
  for (const row of chainRows) {
    const x = LEFT + row.lane * LANE;
    const room = DRAWING_WIDTH - x - RADIUS - 10;
    const lines = (text: string, font: typeof NAME | typeof DETAIL | typeof HOW) =>
      text === ''
        ? []
        : wrapText(visible(text), Math.floor(room / font.columnWidth), font.maxLines);
    const parent = row.parentRow === null ? null : (rows[row.parentRow] ?? null);
    const how = lines(howText(row.node, parent?.node ?? null), HOW);
    const name = lines(row.node.name === '' ? '(no name)' : row.node.name, NAME);
    const detail = lines(row.node.detail, DETAIL);
    const y = top + how.length * HOW.lineHeight + RADIUS + 3;
    rows.push({ ...row, x, y, how, name, detail });
    const texts = y + name.length * NAME.lineHeight + detail.length * DETAIL.lineHeight;
    top = Math.max(y + RADIUS, texts - 8) + GAP;
  }
  return { rows, height: top };
}

/** `renamed by mv · 13:28:55 · +7 min 15 s`: time of day in UTC and the time since the place before. */
function howText(node: ChainNode, parent: ChainNode | null): string {
  const since = parent === null ? 0 : node.timeUs - parent.timeUs;
  return [
    node.repeats === 0 ? node.how : `${node.how} (${node.repeats + 1} times)`,
    toRfc3339(node.timeUs).slice(11, 19),
    ...(parent === null || since < 1_000_000 ? [] : [`+${durationText(since)}`]),
  ].join(' · ');
}

function sentenceOf({ node }: Placed): string {
  return `${node.name}: ${node.how}${node.detail === '' ? '' : `, ${node.detail}`}`;
}

function drawWay(row: Placed, rows: readonly Placed[]): string {
  const parent = row.parentRow === null ? undefined : rows[row.parentRow];
  if (!parent) return '';
  const name = row.node.isWeak ? 'way weak' : 'way';
  const exit = row.node.kind === 'exit' ? ' out' : '';
  const path =
    parent.x === row.x
      ? `M${parent.x} ${parent.y + RADIUS}V${row.y - RADIUS}`
      : `M${parent.x} ${parent.y + RADIUS}V${row.y - 8}q0 8 8 8H${row.x - RADIUS}`;
  return `<path class="${name}${exit}" d="${path}"/>`;
}

const SIGNS = {
  tool: '<ellipse cx="0" cy="-4.5" rx="6" ry="2.5"/><path d="M-6-4.5v9c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5v-9M-6 0c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5"/>',
  file: '<path d="M-5-7h6l4 4v10h-10zM1-7v4h4"/>',
  exit: '<path d="M-4.5 5h9a3.4 3.4 0 0 0 .5-6.8a5.2 5.2 0 0 0-10-.6a3.8 3.8 0 0 0 .5 7.4zM0 3v-5m-2.2 2l2.2-2.2l2.2 2.2"/>',
} as const satisfies Record<ChainNode['kind'], string>;

function drawSign({ node, x, y }: Placed): string {
  return `<g class="sign ${node.kind}" transform="translate(${x} ${y})"><circle r="${RADIUS}"/>${SIGNS[node.kind]}</g>`;
}

function drawTexts({ x, y, how, name, detail }: Placed): string {
  const left = x + RADIUS + 10;
  const howTop = y - RADIUS - 5 - (how.length - 1) * HOW.lineHeight;
  const detailTop = y + 4 + (name.length - 1) * NAME.lineHeight + 16;
  return [
    ...how.map((line, index) => drawLine('how', left, howTop + index * HOW.lineHeight, line)),
    ...name.map((line, index) => drawLine('name', left, y + 4 + index * NAME.lineHeight, line)),
    ...detail.map((line, index) =>
      drawLine('detail', left, detailTop + index * DETAIL.lineHeight, line),
    ),
  ].join('');
}

function drawLine(name: string, x: number, y: number, line: string): string {
  return `<text class="${name}" x="${x}" y="${y}">${escapeText(line)}</text>`;
}
