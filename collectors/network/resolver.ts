import type { ResolverAnswer } from '../event.ts';
import { asArray, asObject, asText, type JsonObject, own } from '../untrusted.ts';

/** Answers of the resolver map: which address belongs to which name of the catalogue. */
export function readResolverAnswers(
  record: JsonObject,
  timeUs: number,
): { readonly events: readonly ResolverAnswer[]; readonly badRows: number } {
  const rows = asArray(own(record, 'answers')) ?? [];
  const events = rows.flatMap((row): ResolverAnswer[] => {
    const object = asObject(row);
    const name = object && asText(own(object, 'name'));
    const address = object && asText(own(object, 'address'));
    return name !== null && address !== null
      ? [{ kind: 'resolver.answer', collector: 'resolver', timeUs, name, address }]
      : [];
  });
  return { events, badRows: rows.length - events.length };
}
