import { parse } from 'plist';
import { isRecord } from '../../../agent/config/value-checks.ts';
import { FormatError } from '../../verify/fault.ts';
import { parseXml, type XmlElement } from '../../verify/xml.ts';
import type { Dictionary } from './dictionary.ts';

/** Bytes of a profile; one with every setting has about 20 KB. */
const MAX_PROFILE_BYTES = 4 * 1_048_576;

/** The dictionary of a profile in XML. Throws a `FormatError`. */
export function readProfile(bytes: Buffer): Dictionary {
  if (bytes.length > MAX_PROFILE_BYTES)
    throw new FormatError(`is longer than ${MAX_PROFILE_BYTES} bytes; name a profile`);
  const head = bytes.toString('latin1', 0, 64);
  // A CMS message in DER is a sequence whose length is stated in one to four bytes, or not at all.
  if (/^0[\x80-\x84]/.test(head) || head.startsWith('-----BEGIN'))
    throw new FormatError('is signed; lint the profile before it is signed');
  if (head.startsWith('bplist'))
    throw new FormatError('is a binary property list; convert it: plutil -convert xml1');
  // First by a reader that is made for hostile input: the other one says on the terminal what it dislikes.
  const faultOfKeys = repeatedKey(parseXml(bytes));
  if (faultOfKeys !== null) throw new FormatError(`has the key ${faultOfKeys} twice in a place`);
  const value = valueOf(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  if (!isRecord(value) || value instanceof Date || ArrayBuffer.isView(value))
    throw new FormatError('is no dictionary');
  return value;
}

function valueOf(text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`is no property list: ${reason}`, { cause });
  }
}

/** A key that stands twice in one dictionary, of which readers take either. */
function repeatedKey({ name, children }: XmlElement): string | null {
  if (name === 'dict') {
    const keys = children.filter((child) => child.name === 'key').map(({ text }) => text);
    const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
    if (repeated !== undefined) return repeated;
  }
  for (const child of children) {
    const repeated = repeatedKey(child);
    if (repeated !== null) return repeated;
  }
  return null;
}
