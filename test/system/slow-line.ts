import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** Bytes of a piece; a handshake with a client certificate has several of them. */
const PIECE_BYTES = 300;
const PIECE_EVERY_MS = 10;

export interface SlowLine {
  readonly port: number;
  close(): Promise<void>;
}

// An end that is cut off is seen at the other end.
const ignored = (): void => {};

/** A way to a port of this machine on which what a client says arrives in small pieces, as over a bad network. */
export async function slowLineTo(port: number): Promise<SlowLine> {
  const server = createServer((client) => {
    const receiver = connect({ port, host: '127.0.0.1', noDelay: true });
    pipeline(receiver, client, ignored);
    pipeline(client, inPieces, receiver, ignored);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield chunk.subarray(at, at + PIECE_BYTES);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await pause(PIECE_EVERY_MS);
    }
}
