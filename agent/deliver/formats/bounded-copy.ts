import { cutText } from './ocsf-bounds.ts';

/** Characters of one text in a copy. */
const MAX_CHARS = 512;
/** What a value costs beside its characters; its JSON without them is shorter. */
const VALUE_COST = 32;
/** What lies deeper is left out. */
const MAX_DEPTH = 8;

/**
 * A copy of plain data whose JSON has at most six times `budget` bytes: each value and key costs its characters and a little,
 * and what comes after the budget is used up is left out. `left` counts what is missing, each branch once.
 */
export function boundedCopy(
  value: unknown,
  budget: number,
): { readonly copy: unknown; readonly left: number } {
  let rest = budget;
  let left = 0;

  function copyOf(inner: unknown, depth: number): unknown {
    if (!pays(typeof inner === 'string' ? inner : '', depth)) return undefined;
    if (typeof inner === 'string') return cutText(inner, MAX_CHARS);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (Array.isArray(inner))
      return inner.map((item) => copyOf(item, depth + 1)).filter((item) => item !== undefined);
    const members = Object.entries(inner)
      .filter(([key]) => pays(key, depth))
      .map(([key, member]) => [cutText(key, MAX_CHARS), copyOf(member, depth + 1)] as const);
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  }

  function pays(text: string, depth: number): boolean {
    rest -= VALUE_COST + Math.min(text.length, MAX_CHARS);
    const isKept = rest >= 0 && depth <= MAX_DEPTH;
    if (!isKept) left += 1;
    return isKept;
  }

  return { copy: copyOf(value, 0) ?? null, left };
}
