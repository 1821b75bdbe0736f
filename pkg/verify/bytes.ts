/** Numbers of foreign bytes; what lies outside of them is a `FormatError`. */
import { FormatError } from './fault.ts';

export function u16(bytes: Buffer, at: number): number {
  return slice(bytes, at, 2).readUInt16BE();
}

export function u32(bytes: Buffer, at: number): number {
  return slice(bytes, at, 4).readUInt32BE();
}

export function u32little(bytes: Buffer, at: number): number {
  return slice(bytes, at, 4).readUInt32LE();
}

/** A number of 64 bits; above what a double holds exactly it is refused. */
export function u64(bytes: Buffer, at: number): number {
  const value = slice(bytes, at, 8).readBigUInt64BE();
  if (value > Number.MAX_SAFE_INTEGER) throw new FormatError(`${value} is no sensible number`);
  return Number(value);
}

export function slice(bytes: Buffer, at: number, length: number): Buffer {
  if (at < 0 || length < 0 || at + length > bytes.length)
    throw new FormatError(`ends before byte ${at + length}`);
  return bytes.subarray(at, at + length);
}

/** The text up to a zero byte, which must be there. */
export function zeroEnded(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  if (end < 0) throw new FormatError('holds a text without an end');
  return bytes.subarray(at, end).toString('utf8');
}
