/** Property lists, in the two formats in which macOS keeps preferences: XML and binary. */
import { expandedSize } from './binary-plist-size.ts';
import { isRecord } from './value-checks.ts';

const BINARY = 'bplist00';
/** Most bytes, about, of all values of a binary one. */
const MAX_EXPANDED_BYTES = 8 * 1_048_576;
/** What a JSON document never begins with. */
const XML = /^\s*</;

/** Whether the bytes are meant as a property list. */
export function isPropertyList(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, BINARY.length) === BINARY || XML.test(textOf(bytes));
}

/**
 * The value of a property list as JSON would hold it. Dates and data, which no key of the configuration takes, become `null`.
 * Throws when it is damaged or too large; the message names no value.
 */
export async function readPropertyList(bytes: Buffer): Promise<unknown> {
  const { parse } = await import('plist');
  const isBinary = bytes.toString('latin1', 0, BINARY.length) === BINARY;
  if (isBinary && expandedSize(bytes) > MAX_EXPANDED_BYTES) throw new RangeError('is too large');
  const input = isBinary ? new Uint8Array(bytes) : textOf(bytes).trim();
  return plain(quietly(() => parse(input)));
}

/* oxlint-disable no-console -- the XML parser prints what it finds wrong, over several lines, before it throws */
/** Runs without anything being printed. */
function quietly<T>(run: () => T): T {
  const { error, warn } = console;
  console.error = () => {};
  console.warn = () => {};
  try {
    return run();
  } finally {
    console.error = error;
    console.warn = warn;
  }
}
/* oxlint-enable no-console */

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date || ArrayBuffer.isView(value)) return null;
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
