import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A body as it goes over the wire, with the headers that describe it. */
export interface WireBody {
  readonly bytes: Uint8Array;
  readonly headers: ReadonlyMap<string, string>;
}

const compress = promisify(gzip);

/** The same text gives the same bytes: what `gzip` writes holds no time and no name. */
export async function toWire(
  text: string,
  contentType: string,
  isGzip: boolean,
): Promise<WireBody> {
  const plain = Buffer.from(text);
  return isGzip
    ? {
        bytes: await compress(plain),
        headers: new Map([
          ['content-type', contentType],
          ['content-encoding', 'gzip'],
        ]),
      }
    : { bytes: plain, headers: new Map([['content-type', contentType]]) };
}
