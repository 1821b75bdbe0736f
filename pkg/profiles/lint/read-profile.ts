/**
 * Reads a profile by the XML reader of pkg/verify, which is made for hostile input: the one behind the package `plist` takes
 * repeated keys, of which macOS may take the other, and tells the terminal in the words of the file what it dislikes.
 */
import { isRecord } from '../../../agent/config/value-checks.ts';
import { FormatError } from '../../verify/fault.ts';
import { parseXml, type XmlElement } from '../../verify/xml.ts';
import type { Dictionary } from './dictionary.ts';

/** Bytes of a profile; one with every setting has about 20 KB. */
const MAX_PROFILE_BYTES = 4 * 1_048_576;

/** The dictionary of a profile in XML; dates are `Date`, data is `Buffer`. Throws a `FormatError`. */
export function readProfile(bytes: Buffer): Dictionary {
  if (bytes.length > MAX_PROFILE_BYTES)
    throw new FormatError(`is longer than ${MAX_PROFILE_BYTES} bytes; name a profile`);
  const head = bytes.toString('latin1', 0, 64);
  // A CMS message in DER is a sequence whose length is stated in one to four bytes, or not at all.
  if (/^0[\x80-\x84]/.test(head) || head.startsWith('-----BEGIN'))
    throw new FormatError('is signed; lint the profile before it is signed');
  if (head.startsWith('bplist'))
    throw new FormatError('is a binary property list; convert it: plutil -convert xml1');
  const root = parseXml(bytes);
  const [value, second] = root.children;
  if (root.name !== 'plist' || value === undefined || second !== undefined)
    throw new FormatError('is no property list');
  const profile = value.name === 'dict' ? valueOf(value) : null;
  if (!isRecord(profile)) throw new FormatError('is no dictionary');
  return profile;
}

function valueOf({ name, text, children }: XmlElement): unknown {
  switch (name) {
    case 'dict':
      return dictionaryOf(children);
    case 'array':
      return children.map(valueOf);
    case 'string':
      return text;
    case 'integer':
    case 'real':
      return numberIn(text);
    case 'true':
      return true;
    case 'false':
      return false;
    case 'data':
      return Buffer.from(text, 'base64');
    case 'date':
      return new Date(text);
    default:
      throw new FormatError(`has <${name}>, which property lists do not have`);
  }
}

function dictionaryOf(children: readonly XmlElement[]): Dictionary {
  const entries = new Map<string, unknown>();
  for (let at = 0; at < children.length; at += 2) {
    const [key, value] = children.slice(at, at + 2);
    if (key?.name !== 'key' || value === undefined || value.name === 'key')
      throw new FormatError('has a key without value, or a value without key');
    if (entries.has(key.text)) throw new FormatError(`has the key ${key.text} twice in a place`);
    entries.set(key.text, valueOf(value));
  }
  return Object.fromEntries(entries);
}

function numberIn(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) throw new FormatError(`has the number ${text}, which is none`);
  return number;
}
