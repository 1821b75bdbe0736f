const HEADER_BYTES = 512;
/** An empty list of free places; Apple's reader wants it with two pointers of zeros behind. */
const FREE_LIST = Buffer.alloc(20);

/** Numbered blocks and names for some of them, as a Bom is made of. */
export class BomStore {
  readonly #blocks: Buffer[] = [];
  readonly #names: { readonly name: string; readonly block: number }[] = [];

  /** The number that the next block gets; the first is 1. */
  get next(): number {
    return this.#blocks.length + 1;
  }

  add(block: Buffer): number {
    return this.#blocks.push(block);
  }

  name(name: string, block: number): void {
    this.#names.push({ name, block });
  }

  bytes(): Buffer {
    const names = this.#nameTable();
    const index = this.#index();
    const namesAt = HEADER_BYTES + this.#blocks.reduce((sum, block) => sum + block.length, 0);
    const header = Buffer.alloc(HEADER_BYTES);
    header.write('BOMStore', 0, 'latin1');
    const numbers = [1, this.#blocks.length, namesAt + names.length, index.length, namesAt];
    for (const [at, value] of [...numbers, names.length].entries())
      header.writeUInt32BE(value, 8 + at * 4);
    return Buffer.concat([header, ...this.#blocks, names, index]);
  }

  #nameTable(): Buffer {
    const rows = this.#names.map(({ name, block }) => {
      const row = Buffer.alloc(5);
      row.writeUInt32BE(block, 0);
      row.writeUInt8(name.length, 4);
      return Buffer.concat([row, Buffer.from(name)]);
    });
    const count = Buffer.alloc(4);
    count.writeUInt32BE(rows.length);
    return Buffer.concat([count, ...rows]);
  }

  #index(): Buffer {
    const table = Buffer.alloc(4 + 8 * (this.#blocks.length + 1));
    table.writeUInt32BE(this.#blocks.length + 1, 0);
    let place = HEADER_BYTES;
    for (const [at, { length }] of this.#blocks.entries()) {
      table.writeUInt32BE(place, 4 + 8 * (at + 1));
      table.writeUInt32BE(length, 8 + 8 * (at + 1));
      place += length;
    }
    return Buffer.concat([table, FREE_LIST]);
  }
}
