import type { Item } from '../../../agent/deliver/item.ts';
import { START_US } from './formats/example-finding.ts';

/** An item by its number, with a body that holds the number. */
export function itemOf(id: number, changes: Partial<Item> = {}): Item {
  return {
    id,
    uid: `uid-${id}`,
    series: `series-${id}`,
    kind: 'finding',
    severity: 'high',
    timeUs: START_US,
    body: JSON.stringify({ number: id }),
    ...changes,
  };
}

/** Items of the numbers from `first` to `last`. */
export function itemsFrom(first: number, last: number): readonly Item[] {
  return Array.from({ length: last - first + 1 }, (_, index) => itemOf(first + index));
}
