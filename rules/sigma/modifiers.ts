import type { Place } from './problem.ts';
import { quote } from './problem.ts';

/** How the value of a rule is compared with the value of a field. */
export type Comparison =
  | 'equals'
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 'exists'
  | 're'
  | 'cidr'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte';

/** What the modifiers behind a field name ask for. */
export interface Modifiers {
  readonly comparison: Comparison;
  /** Every value must match instead of one. */
  readonly all: boolean;
  /** Text is compared with its case. */
  readonly cased: boolean;
  /** `neq`: the item is true when it would be false without it, so also for an absent field. */
  readonly negated: boolean;
  /** Sub-modifiers of `re`: any of `i`, `m` and `s`. */
  readonly regexFlags: ReadonlySet<string>;
}

/** Reads the modifiers of one item from left to right; `null` when one is unknown or two exclude each other. */
export function readModifiers(names: readonly string[], place: Place): Modifiers | null {
  let comparison: Comparison = 'equals';
  const flags = new Set<string>();
  for (const name of names) {
    if (flags.has(name) || (comparison !== 'equals' && name === comparison))
      return place.refuse('invalid', `modifier ${quote(name)} is written twice; remove one`);
    const found = COMPARISONS.get(name);
    if (found !== undefined) {
      if (comparison !== 'equals')
        return place.refuse('invalid', `${comparison} and ${name} exclude each other; keep one`);
      comparison = found;
    } else if (FLAGS.has(name) || (comparison === 're' && REGEX_FLAGS.has(name))) {
      flags.add(name);
    } else {
      return refuseName(name, place);
    }
  }
  if (flags.has('cased') && !TEXT_COMPARISONS.has(comparison))
    return place.refuse('invalid', `cased has no meaning with ${comparison}; remove it`);
  if (comparison === 'exists' && (flags.has('all') || flags.has('neq')))
    return place.refuse('invalid', 'exists stands alone; write exists: false for absence');
  return {
    comparison,
    all: flags.has('all'),
    cased: flags.has('cased'),
    negated: flags.has('neq'),
    regexFlags: new Set([...flags].filter((name) => REGEX_FLAGS.has(name))),
  };
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['contains', 'contains'],
  ['startswith', 'startswith'],
  ['endswith', 'endswith'],
  ['exists', 'exists'],
  ['re', 're'],
  ['cidr', 'cidr'],
  ['lt', 'lt'],
  ['lte', 'lte'],
  ['gt', 'gt'],
  ['gte', 'gte'],
]);

const TEXT_COMPARISONS: ReadonlySet<Comparison> = new Set([
  'equals',
  'contains',
  'startswith',
  'endswith',
]);

const FLAGS: ReadonlySet<string> = new Set(['all', 'cased', 'neq']);

const REGEX_FLAGS: ReadonlySet<string> = new Set(['i', 'm', 's']);

/** Modifiers of Sigma 2.1 that this engine does not evaluate. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  'windash',
  'base64',
  'base64offset',
  'wide',
  'utf16',
  'utf16le',
  'utf16be',
  'fieldref',
  'expand',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'year',
]);

function refuseName(name: string, place: Place): null {
  if (UNSUPPORTED.has(name))
    return place.refuse(
      'unsupported',
      `modifier ${quote(name)} is not supported; write out the values it would produce`,
    );
  if (REGEX_FLAGS.has(name))
    return place.refuse('invalid', `${quote(name)} belongs behind re; write |re|${name}`);
  const known = [...COMPARISONS.keys(), ...FLAGS].join(', ');
  return place.refuse('invalid', `unknown modifier ${quote(name)}; known are ${known}`);
}
