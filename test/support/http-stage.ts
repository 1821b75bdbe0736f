/** Real receivers on loopback, and a client of the agent that sends to them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
  type HttpSettings,
  openHttpClient,
} from '../../agent/deliver/http-client.ts';
import type { TlsSettings } from '../../agent/deliver/tls-settings.ts';
import { type Authority, type Identity, newAuthority } from './certificates.ts';

export const NEVER: AbortSignal = new AbortController().signal;

/** Settings of a client without the address. */
export type ClientWish = Partial<Omit<HttpSettings, 'tls'>> & {
  readonly tls?: Partial<TlsSettings>;
  readonly environment?: ReadonlyMap<string, string>;
  /** What the clock of the Mac says, milliseconds since 1970. */
  readonly wallMs?: number;
};

/** Servers, files and clients of one test file; all are gone after `close`. */
export class HttpStage {
  #files = 0;
  readonly folder: string = mkdtempSync(join(tmpdir(), 'spillwatch-http-'));
  readonly authority: Authority = newAuthority('Stage CA');
  /** For `localhost` and 127.0.0.1, by `authority`. */
  readonly identity: Identity = this.serverIdentity();
  readonly caFile: string = this.file('ca.pem', this.authority.certificate);
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #clients: HttpClient[] = [];

  serverIdentity(wish: { readonly notBefore?: Date; readonly notAfter?: Date } = {}): Identity {
    return this.authority.issue({ name: 'localhost', hosts: ['localhost', '127.0.0.1'], ...wish });
  }

  /** Writes a file that only its owner may read; gives its path. */
  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.folder, `${(this.#files += 1)}-${name}`);
    writeFileSync(path, text, { mode });
    return path;
  }

  /** Settings of a client certificate. */
  clientFiles({ certificate, key }: Identity): {
    readonly certFile: string;
    readonly keyFile: string;
  } {
    return { certFile: this.file('cert.pem', certificate), keyFile: this.file('key.pem', key) };
  }

  https(listener: RequestListener, options: ServerOptions = {}): Promise<number> {
    const { certificate: cert, key } = this.identity;
    return this.listen(createHttpsServer({ cert, key, ...options }, listener));
  }

  http(listener: RequestListener): Promise<number> {
    return this.listen(createHttpServer(listener));
  }

  /** The same, with a certificate that can be replaced while it listens. */
  async httpsServer(
    listener: RequestListener,
    options: ServerOptions = {},
  ): Promise<{ readonly port: number; readonly renew: (identity: Identity) => void }> {
    const { certificate: cert, key } = this.identity;
    const server = createHttpsServer({ cert, key, ...options }, listener);
    const port = await this.listen(server);
    return {
      port,
      renew: (identity) =>
        server.setSecureContext({ cert: identity.certificate, key: identity.key }),
    };
  }

  /** A port on which nobody listens. */
  async freePort(): Promise<number> {
    const server = createTcpServer();
    const port = await this.listen(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  /** A server on a port that was free. */
  async httpAt(port: number, listener: RequestListener): Promise<void> {
    await this.listen(createHttpServer(listener), port);
  }

  tcp(onSocket: (socket: Socket) => void): Promise<number> {
    return this.listen(createTcpServer(onSocket));
  }

  /** A proxy that opens each tunnel to `port`, whatever is asked for, and notes what was. */
  async proxyTo(
    port: number,
    server: Server = createHttpServer(),
  ): Promise<{ readonly port: number; readonly asked: string[] }> {
    const asked: string[] = [];
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url ?? '');
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
      socket.on('close', () => onward.destroy());
    });
    return { port: await this.listen(server), asked };
  }

  /** Listens on 127.0.0.1, on any port unless one is given; gives the port. */
  async listen(server: Server, wanted = 0): Promise<number> {
    this.#servers.push(server);
    server.on('tlsClientError', () => {});
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => {
      server.listen(wanted, '127.0.0.1', resolve);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
    return (server.address() as AddressInfo).port;
  }

  /** Opens a client as a destination of these settings does; trusts `authority`. */
  client(url: string, wish: ClientWish = {}): HttpClient {
    const { environment = new Map<string, string>(), tls, wallMs = 0, ...rest } = wish;
    const settings: HttpSettings = {
      url: new URL(url),
      timeoutMs: 5000,
      proxy: null,
      ...rest,
      tls: {
        caFile: this.caFile,
        certFile: null,
        keyFile: null,
        pins: [],
        serverName: null,
        ...tls,
      },
    };
    const client = openHttpClient(settings, {
      wallMs: () => wallMs,
      steadyMs: () => 0,
      pause: () => Promise.resolve(),
      hostName: () => 'mac',
      environment,
    });
    this.#clients.push(client);
    return client;
  }

  /** One request by a client of its own. */
  ask(url: string, wish: ClientWish = {}, request: Partial<HttpRequest> = {}): Promise<HttpAnswer> {
    return post(this.client(url, wish), url, request);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function post(
  client: HttpClient,
  url: string,
  request: Partial<HttpRequest> = {},
): Promise<HttpAnswer> {
  return client.request(
    { url: new URL(url), method: 'POST', headers: new Map(), body: 'hello', ...request },
    NEVER,
  );
}

/** What a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: unknown }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error('what was thrown is no error', { cause: error });
  }
  throw new Error('nothing was thrown');
}
