import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server on loopback that takes what is sent to it and throws it away. */
export interface Sink {
  readonly port: number;
  /** Bytes of the bodies so far. */
  readonly received: () => number;
  readonly close: () => Promise<void>;
}

/** Listens on a free port of 127.0.0.1, which nothing outside this host can reach. Rejects when none is to be had. */
export async function openSink(): Promise<Sink> {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    request.on('end', () => {
      response.writeHead(204).end();
    });
    request.on('error', () => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has such an address
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received: () => bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
