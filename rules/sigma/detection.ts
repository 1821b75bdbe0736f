import type { Condition } from './condition.ts';
import { parseCondition } from './condition.ts';
import type { Place } from './problem.ts';
import type { Selection } from './selection.ts';
import { MAX_LIST_LENGTH, readSelection } from './selection.ts';

/** What a rule looks for: named selections, and how they are combined. */
export interface Detection {
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: Condition;
}

/** Reads the value of `detection`; `null` when any part of it was refused. */
export function readDetection(value: unknown, place: Place): Detection | null {
  if (!(value instanceof Map))
    return place.refuse('invalid', 'a rule needs a detection; write selections and a condition');
  const parts: ReadonlyMap<unknown, unknown> = value;
  if (parts.has('timeframe'))
    return place.key('timeframe').refuse('unsupported', 'aggregation is not supported; remove it');
  if (parts.size > MAX_LIST_LENGTH)
    return place.refuse('limit', `more than ${String(MAX_LIST_LENGTH)} selections; split the rule`);
  const selections = new Map<string, Selection>();
  let isSound = true;
  for (const [key, part] of parts) {
    if (key === 'condition') continue;
    const at = place.key(String(key));
    const selection =
      typeof key === 'string' ? readSelection(part, at) : at.refuse('invalid', 'put it in quotes');
    if (typeof key === 'string' && selection !== null) selections.set(key, selection);
    else isSound = false;
  }
  if (!isSound) return null;
  const condition = readCondition(parts.get('condition'), selections, place.key('condition'));
  return condition === null ? null : { selections, condition };
}

function readCondition(
  value: unknown,
  selections: ReadonlyMap<string, Selection>,
  place: Place,
): Condition | null {
  const names = [...selections.keys()];
  if (typeof value === 'string') return parseCondition(value, names, place);
  if (!Array.isArray(value) || value.length === 0)
    return place.refuse('invalid', 'a detection needs a condition; write text or a list of texts');
  const parts: Condition[] = [];
  for (const [index, text] of value.entries()) {
    const at = place.item(index);
    const part =
      typeof text === 'string'
        ? parseCondition(text, names, at)
        : at.refuse('invalid', 'write text');
    if (part !== null) parts.push(part);
  }
  return parts.length === value.length ? { kind: 'or', parts } : null;
}
