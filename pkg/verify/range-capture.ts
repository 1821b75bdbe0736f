import { FormatError } from './fault.ts';

interface Wanted {
  readonly start: number;
  readonly bytes: Buffer;
  /** Bytes that are there. */
  filled: number;
  readonly done: (bytes: Buffer) => void;
}

/**
 * Keeps the ranges of a long file that are asked for while it passes by in pieces. A range may be asked for in the `done` of
 * another one, as long as it does not begin before the piece that completed that one.
 */
export class RangeCapture {
  #wanted: Wanted[] = [];
  #position = 0;

  /** What is still not complete when the file ends is never `done`. */
  want(start: number, length: number, done: (bytes: Buffer) => void): void {
    if (start < this.#position) throw new FormatError('points back to what has passed');
    this.#wanted.push({ start, bytes: Buffer.alloc(length), filled: 0, done });
  }

  push(piece: Buffer): void {
    for (;;) {
      for (const wanted of this.#wanted) fill(wanted, piece, this.#position);
      const complete = this.#wanted.filter(({ bytes, filled }) => filled === bytes.length);
      if (complete.length === 0) break;
      this.#wanted = this.#wanted.filter((wanted) => !complete.includes(wanted));
      for (const { bytes, done } of complete) done(bytes);
    }
    this.#position += piece.length;
  }
}

function fill(wanted: Wanted, piece: Buffer, position: number): void {
  const next = wanted.start + wanted.filled;
  if (next < position || next >= position + piece.length) return;
  wanted.filled += piece.copy(wanted.bytes, wanted.filled, next - position);
}
