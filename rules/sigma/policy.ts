import type { Confidence, Severity } from '../finding.ts';
import { CONFIDENCES, SEVERITIES } from '../finding.ts';
import type { Place } from './problem.ts';
import { quote } from './problem.ts';

/** The rule is a cell of the severity table: its `level` is the severity, this the confidence. */
interface Row {
  readonly kind: 'row';
  readonly confidence: Confidence;
}

/** The rule changes the row that was found. A step of 0 and a `null` cap change nothing. */
export interface Adjustment {
  readonly kind: 'adjust';
  /** Adjustments are applied from the lowest to the highest order. */
  readonly order: number;
  readonly severity: -1 | 0 | 1;
  readonly severityMax: Severity | null;
  readonly confidence: -1 | 0 | 1;
  readonly silent: boolean;
}

/** What the extension key `spillwatch` of a rule says. */
export type Policy = Row | Adjustment;

/** Reads the value of the extension key `spillwatch`: exactly one of `row` and `adjust`. */
export function readPolicy(value: unknown, place: Place): Policy | null {
  if (!(value instanceof Map) || value.size !== 1)
    return place.refuse('invalid', 'write exactly one key, row or adjust');
  const row: unknown = value.get('row');
  if (row !== undefined) return readRow(row, place.key('row'));
  const adjust: unknown = value.get('adjust');
  if (adjust !== undefined) return readAdjustment(adjust, place.key('adjust'));
  return place.refuse('invalid', 'unknown key; write row or adjust');
}

function readRow(value: unknown, place: Place): Row | null {
  if (!hasOnly(value, ROW_KEYS, place)) return null;
  const at = place.key('confidence');
  const confidence = readWord(value.get('confidence'), CONFIDENCES, at);
  return confidence === null ? null : { kind: 'row', confidence };
}

const ROW_KEYS: ReadonlySet<unknown> = new Set(['confidence']);

const ADJUSTMENT_KEYS: ReadonlySet<unknown> = new Set([
  'order',
  'severity',
  'severityMax',
  'confidence',
  'silent',
]);

function readAdjustment(value: unknown, place: Place): Adjustment | null {
  if (!hasOnly(value, ADJUSTMENT_KEYS, place)) return null;
  if (value.size < 2)
    return place.refuse(
      'invalid',
      'changes nothing; add severity, severityMax, confidence or silent',
    );
  const order: unknown = value.get('order');
  if (typeof order !== 'number' || !Number.isSafeInteger(order))
    return place.key('order').refuse('invalid', 'write a whole number; it says when it is applied');
  const silent: unknown = value.get('silent') ?? false;
  if (typeof silent !== 'boolean')
    return place.key('silent').refuse('invalid', 'write true or false');
  const severity = readStep(value.get('severity'), place.key('severity'));
  const confidence = readStep(value.get('confidence'), place.key('confidence'));
  if (severity === null || confidence === null) return null;
  let severityMax: Severity | null = null;
  if (value.has('severityMax')) {
    severityMax = readWord(value.get('severityMax'), SEVERITIES, place.key('severityMax'));
    if (severityMax === null) return null;
  }
  return { kind: 'adjust', order, severity, severityMax, confidence, silent };
}

function hasOnly(
  value: unknown,
  keys: ReadonlySet<unknown>,
  place: Place,
): value is ReadonlyMap<unknown, unknown> {
  const known = [...keys].join(', ');
  if (!(value instanceof Map)) {
    place.refuse('invalid', `write a map with the keys ${known}`);
    return false;
  }
  for (const key of value.keys()) {
    if (keys.has(key)) continue;
    place.refuse('invalid', `unknown key ${quote(String(key))}; known are ${known}`);
    return false;
  }
  return true;
}

function readStep(value: unknown, place: Place): -1 | 0 | 1 | null {
  if (value === undefined) return 0;
  if (value === 1 || value === -1) return value;
  return place.refuse('invalid', 'write +1 or -1');
}

/** Returns the word of `words` that `value` is, else complains and returns `null`. */
export function readWord<Word extends string>(
  value: unknown,
  words: readonly Word[],
  place: Place,
): Word | null {
  const found = words.find((word) => word === value);
  return found ?? place.refuse('invalid', `write one of ${words.join(', ')}`);
}
