import type { ChainNode } from './chain-nodes.ts';

/** A node at its place in the drawing: rows from top to bottom, lanes from left to right. */
export interface ChainRow {
  readonly node: ChainNode;
  readonly lane: number;
  /** Row number of the node the data came from, `null` for the first row. */
  readonly parentRow: number | null;
}

/** Lanes of a drawing; a branch of a branch beyond that stays in the last one. */
export const MAX_LANES = 4;

/** Lines a tree up in reading order: the branch that leads to the latest node goes straight on, the others are drawn before it, one lane to the right. */
export function chainRowsOf(nodes: readonly ChainNode[]): readonly ChainRow[] {
  const children = nodes.map((): number[] => []);
  for (const [index, node] of nodes.entries()) {
    if (node.parent !== null) children[node.parent]?.push(index);
  }
  const reach = reachOf(nodes);
  const rows: ChainRow[] = [];
  // A stack instead of recursion; the straight child is pushed first, so that it is drawn after the branches.
  const open: { index: number; lane: number; parentRow: number | null }[] = [
    { index: 0, lane: 0, parentRow: null },
  ];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { index, lane, parentRow } = item;
    const node = nodes[index];
    if (!node) continue;
    const row = rows.push({ node, lane, parentRow }) - 1;
    const own = children[index] ?? [];
    const straight = own.toSorted((a, b) => (reach[b] ?? 0) - (reach[a] ?? 0))[0];
    const branches = own.filter((child) => child !== straight);
    if (straight !== undefined) open.push({ index: straight, lane, parentRow: row });
    for (const branch of branches.toReversed())
      open.push({ index: branch, lane: Math.min(lane + 1, MAX_LANES - 1), parentRow: row });
  }
  return rows;
}

/** For each node the latest node below it: parents stand before their children. */
function reachOf(nodes: readonly ChainNode[]): readonly number[] {
  const reach = nodes.map((_, index) => index);
  for (let index = nodes.length - 1; index > 0; index -= 1) {
    const parent = nodes[index]?.parent ?? null;
    if (parent !== null) reach[parent] = Math.max(reach[parent] ?? 0, reach[index] ?? 0);
  }
  return reach;
}
