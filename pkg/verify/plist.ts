import { FormatError } from './fault.ts';
import { childOf, parseXml, type XmlElement } from './xml.ts';

/** The values of a property list in XML whose root is a dictionary, by key. Throws a `FormatError`; binary ones are not read. */
export function readPlist(bytes: Buffer): ReadonlyMap<string, XmlElement> {
  if (bytes.subarray(0, 6).toString('latin1') === 'bplist')
    throw new FormatError('is a binary property list, which this program cannot read');
  const root = parseXml(bytes);
  const dictionary = root.name === 'plist' ? childOf(root, 'dict') : undefined;
  if (dictionary === undefined) throw new FormatError('is no property list');
  const values = new Map<string, XmlElement>();
  for (let at = 0; at < dictionary.children.length; at += 2) {
    const [key, value] = dictionary.children.slice(at, at + 2);
    if (key?.name !== 'key' || value === undefined)
      throw new FormatError('has a key without value');
    values.set(key.text, value);
  }
  return values;
}
