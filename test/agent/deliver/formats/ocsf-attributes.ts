/** One attribute of a document: `name` as OCSF's observables write it, `object` the attribute that holds it (`''` at the top). */
export interface Attribute {
  readonly name: string;
  readonly object: string;
  readonly key: string;
  readonly value: unknown;
  readonly siblings: ReadonlyMap<string, unknown>;
}

/** Every attribute of a document with its place, so that tests can look values up without reading property paths. */
export function listAttributes(document: unknown, name = '', object = ''): readonly Attribute[] {
  if (Array.isArray(document)) {
    return document.flatMap((item, index) => listAttributes(item, `${name}[${index}]`, object));
  }
  if (typeof document !== 'object' || document === null) {
    return [];
  }
  const siblings = new Map<string, unknown>(Object.entries(document));
  const attributes: Attribute[] = [];
  for (const [key, value] of siblings) {
    const place = name === '' ? key : `${name}.${key}`;
    attributes.push({ name: place, object, key, value, siblings });
    attributes.push(...listAttributes(value, place, key));
  }
  return attributes;
}
