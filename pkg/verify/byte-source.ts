// oxlint-disable no-await-in-loop -- bytes come one after another
import { FormatError } from './fault.ts';

/** Bytes that come in pieces of any size, taken in the lengths a format wants. At most `maxBytes` come out of it. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #maxBytes: number;
  #held: Buffer = Buffer.alloc(0);
  #taken = 0;

  constructor(pieces: AsyncIterable<Buffer>, maxBytes: number) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
  }

  /** Bytes that were taken. */
  get position(): number {
    return this.#taken;
  }

  /** Exactly `length` bytes, which are few; a `FormatError` when there are less. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.parts(length)) parts.push(part);
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** The next `length` bytes as they come. */
  async *parts(length: number): AsyncGenerator<Buffer> {
    if (this.#taken + length > this.#maxBytes)
      throw new FormatError(`unpacks to more than ${this.#maxBytes} bytes`);
    for (let left = length; left > 0; ) {
      if (this.#held.length === 0 && !(await this.#more()))
        throw new FormatError(`ends early, at byte ${this.#taken}`);
      const part = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(part.length);
      this.#taken += part.length;
      left -= part.length;
      yield part;
    }
  }

  /** The first bytes without taking them; fewer at the end. */
  async peek(length: number): Promise<Buffer> {
    while (this.#held.length < length) {
      const before = this.#held;
      if (!(await this.#more())) break;
      this.#held = Buffer.concat([before, this.#held]);
    }
    return this.#held.subarray(0, length);
  }

  /** Reads to the end, so that what unpacks can check the whole; whether only zeros were left. */
  async drain(): Promise<boolean> {
    let isZero = true;
    for (;;) {
      isZero &&= this.#held.every((byte) => byte === 0);
      this.#taken += this.#held.length;
      if (this.#taken > this.#maxBytes)
        throw new FormatError(`unpacks to more than ${this.#maxBytes} bytes`);
      if (!(await this.#more())) return isZero;
    }
  }

  /** All that is left, as it comes. */
  async *rest(): AsyncGenerator<Buffer> {
    if (this.#held.length > 0) yield this.#held;
    while (await this.#more()) yield this.#held;
  }

  /** Fills what is held with the next piece; `false` at the end. */
  async #more(): Promise<boolean> {
    for (;;) {
      const next: IteratorResult<Buffer, unknown> = await this.#pieces.next();
      this.#held = next.done === true ? Buffer.alloc(0) : next.value;
      if (next.done === true) return false;
      if (this.#held.length > 0) return true;
    }
  }

  /** Ends what the pieces come from. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
