import { isUtf8 } from 'node:buffer';

/** Longest line that is read, in bytes. An exec with a megabyte of arguments escapes to several; longer ones are lost and counted. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Why a line never became text. */
export type LineFault = 'line-too-long' | 'invalid-utf8';

export interface LineOutput {
  line(text: string): void;
  fault(reason: LineFault): void;
}

/**
 * Cuts a byte stream into lines of text, whatever the chunking.
 *
 * Memory is bounded by `maxLineBytes` plus one chunk: the bytes of a longer line are thrown away up to its newline and
 * the line is reported once. Empty lines are no lines. `end` hands over a last line that has no newline.
 */
export class LineSplitter {
  readonly #output: LineOutput;
  readonly #maxLineBytes: number;
  #parts: Buffer[] = [];
  #length = 0;
  #tooLong = false;

  constructor(output: LineOutput, maxLineBytes = MAX_LINE_BYTES) {
    this.#output = output;
    this.#maxLineBytes = maxLineBytes;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline === -1) break;
      this.#keep(chunk.subarray(start, newline));
      this.#finish();
      start = newline + 1;
    }
    // A copy, because the caller may reuse its buffer for the next read.
    if (start < chunk.length) this.#keep(Buffer.from(chunk.subarray(start)));
  }

  end(): void {
    this.#finish();
  }

  #keep(bytes: Buffer): void {
    if (this.#tooLong || bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#length > this.#maxLineBytes) {
      this.#tooLong = true;
      this.#parts = [];
      return;
    }
    this.#parts.push(bytes);
  }

  #finish(): void {
    const [first] = this.#parts;
    const bytes = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
    const tooLong = this.#tooLong;
    this.#parts = [];
    this.#length = 0;
    this.#tooLong = false;
    if (tooLong) this.#output.fault('line-too-long');
    else if (!isUtf8(bytes)) this.#output.fault('invalid-utf8');
    else {
      const text = bytes.toString('utf8');
      if (text.trim() !== '') this.#output.line(text);
    }
  }
}
