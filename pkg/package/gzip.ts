import { constants, gzipSync } from 'node:zlib';

/** Offset of the byte that names the operating system in a gzip header (RFC 1952), and its value for "unknown". */
const SYSTEM_AT = 9;
const UNKNOWN_SYSTEM = 255;

/** Gzip without a time, a name or the system it was made on: the same Node makes the same bytes of the same data. */
export function reproducibleGzip(data: Uint8Array): Buffer {
  const packed = gzipSync(data, { level: constants.Z_BEST_COMPRESSION });
  packed[SYSTEM_AT] = UNKNOWN_SYSTEM;
  return packed;
}
