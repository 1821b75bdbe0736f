/** CRC of POSIX `cksum`: the checksum in a Bom. */

const POLYNOMIAL = 0x04c1_1db7;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});

/** Over data that comes in pieces. */
export class Cksum {
  #crc = 0;
  #bytes = 0;

  update(piece: Uint8Array): this {
    let crc = this.#crc;
    for (const byte of piece) crc = step(crc, byte);
    this.#crc = crc;
    this.#bytes += piece.length;
    return this;
  }

  /** The checksum as `cksum` prints it: the length goes in behind the data, lowest byte first, without leading zeros. */
  value(): number {
    let crc = this.#crc;
    for (let left = this.#bytes; left > 0; left = Math.floor(left / 256))
      crc = step(crc, left % 256);
    return ~crc >>> 0;
  }
}

export function cksum(data: Uint8Array): number {
  return new Cksum().update(data).value();
}

function step(crc: number, byte: number): number {
  return (crc << 8) ^ (TABLE[(crc >>> 24) ^ byte] ?? 0);
}
