import type { Detection } from './detection.ts';
import { readDetection } from './detection.ts';
import { isUuid } from './header.ts';
import type { Place } from './problem.ts';
import { MAX_LIST_LENGTH } from './selection.ts';

/** What a Sigma filter says: a match of these rules stands only while the condition holds too. */
export interface Filter extends Detection {
  /** Ids in lower case of the rules it applies to; `null` for any rule whose log source fits. */
  readonly rules: ReadonlySet<string> | null;
}

/** Reads the value of `filter`: `rules`, selections and a `condition`; `null` when any part of it was refused. */
export function readFilter(value: unknown, place: Place): Filter | null {
  if (!(value instanceof Map))
    return place.refuse('invalid', 'write a map with rules, selections and a condition');
  const parts: ReadonlyMap<unknown, unknown> = value;
  const rules = readReferences(parts.get('rules'), place.key('rules'));
  const detection = readDetection(new Map([...parts].filter(([key]) => key !== 'rules')), place);
  if (rules === null || detection === null) return null;
  return { ...detection, rules: rules === ANY ? null : rules };
}

const ANY = 'any';

function readReferences(value: unknown, place: Place): ReadonlySet<string> | typeof ANY | null {
  if (value === ANY) return ANY;
  if (!Array.isArray(value) || value.length === 0)
    return place.refuse('invalid', 'write any, or a list with the ids of the rules it applies to');
  if (value.length > MAX_LIST_LENGTH)
    return place.refuse('limit', `longer than ${String(MAX_LIST_LENGTH)}; write any`);
  const ids = new Set<string>();
  let isSound = true;
  for (const [index, id] of value.entries()) {
    if (isUuid(id)) {
      ids.add(id.toLowerCase());
    } else {
      place.item(index).refuse('invalid', 'not a UUID; write the id of the rule, not its name');
      isSound = false;
    }
  }
  return isSound ? ids : null;
}
