import { once } from 'node:events';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Framing } from '../../agent/deliver/transports/syslog-framing.ts';
import type { Identity } from './certificates.ts';

export interface SyslogReceiverOptions {
  readonly identity: Identity;
  readonly framing?: Framing;
  /** The CA of the client certificates it wants; none unless given. */
  readonly clientCa?: string;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Takes connections and reads nothing from them. */
  readonly isDeaf?: boolean;
  /** Called after each piece that was received. */
  readonly onData?: (receiver: SyslogReceiver) => void;
}

/** A real receiver of syslog over TLS on loopback, which keeps what it gets. */
export class SyslogReceiver {
  readonly #server: Server;
  readonly #framing: Framing;
  readonly #sockets = new Set<TLSSocket>();
  /** What lies under them; only it can be reset. */
  readonly #connections = new Set<Socket>();
  /** Bytes by connection, in the order of their beginning. */
  readonly #received: Buffer[][] = [];
  #onArrival: () => void = () => {};

  private constructor(options: SyslogReceiverOptions) {
    const { identity, framing = 'octet-counting', clientCa, maxVersion, isDeaf, onData } = options;
    this.#framing = framing;
    const tls: TlsOptions = {
      cert: identity.certificate,
      key: identity.key,
      ...(maxVersion === undefined ? {} : { maxVersion }),
      ...(clientCa === undefined
        ? {}
        : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
    };
    this.#server = createServer(tls, (socket) => {
      const pieces: Buffer[] = [];
      this.#received.push(pieces);
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
      if (isDeaf) return;
      socket.on('data', (piece: Buffer) => {
        pieces.push(piece);
        this.#onArrival();
        onData?.(this);
      });
    });
    this.#server.on('connection', (connection: Socket) => {
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
    });
  }

  static async start(options: SyslogReceiverOptions, port = 0): Promise<SyslogReceiver> {
    const receiver = new SyslogReceiver(options);
    receiver.#server.listen(port, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return portOf(this.#server);
  }

  get connections(): number {
    return this.#received.length;
  }

  /** The messages of one connection that are whole; throws for bytes that no frame begins with. */
  messages(connection: number): readonly string[] {
    return deframe(Buffer.concat(this.#received[connection] ?? []), this.#framing);
  }

  /** Resolves when a connection has brought that many messages. */
  async arrived(count: number, connection = 0): Promise<readonly string[]> {
    while (this.messages(connection).length < count) {
      // oxlint-disable-next-line no-await-in-loop -- piece after piece
      await new Promise<void>((resolve) => {
        this.#onArrival = resolve;
      });
    }
    return this.messages(connection);
  }

  /** Ends every connection as a process does that is killed with bytes unread. */
  reset(): void {
    for (const connection of this.#connections) connection.resetAndDestroy();
  }

  /** Ends every connection in good order, and resolves when they are closed. */
  async end(): Promise<void> {
    await Promise.all(
      [...this.#sockets].map(async (socket) => {
        socket.end();
        await once(socket, 'close');
      }),
    );
  }

  /** Resolves when the other side has closed every connection. */
  async abandoned(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => once(socket, 'close')));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** Takes connections and never says a word, not even of TLS. */
export async function startSilentServer(): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** The whole messages in the bytes of one connection (RFC 6587, section 3.4). */
export function deframe(bytes: Buffer, framing: Framing): readonly string[] {
  if (framing === 'newline') return bytes.toString().split('\n').slice(0, -1);
  const messages: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(' ', at);
    if (blank === -1) break;
    const digits = bytes.toString('latin1', at, blank);
    if (!/^[1-9]\d*$/.test(digits)) throw new Error(`no frame begins with ${digits}`);
    const end = blank + 1 + Number(digits);
    if (end > bytes.length) break;
    messages.push(bytes.toString('utf8', blank + 1, end));
    at = end;
  }
  return messages;
}
