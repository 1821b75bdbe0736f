/**
 * HTTP/1.1 over TLS to one receiver: one connection that is kept open, one request at a time on it, an end to every phase.
 * Redirects are answers like others. An answer counts only when the whole of it is read. Nothing is written to a log, and no
 * error holds a credential.
 */
import { type Dispatcher, request } from 'undici';
import { openDispatcher } from './http-dispatcher.ts';
import { readHttpsUrl } from './https-url.ts';
import { type ProxySettings, readProxySettings, routeTo } from './proxy.ts';
import type { Settings } from './settings.ts';
import { openTls, readTlsSettings, type TlsSettings } from './tls-settings.ts';
import type { Surroundings } from './transport.ts';

/** How a receiver is reached over HTTPS: what all such destinations share. */
export interface HttpSettings {
  readonly url: URL;
  /** Longest wait for a connection, for the head of an answer, and between two pieces of its body. */
  readonly timeoutMs: number;
  readonly tls: TlsSettings;
  readonly proxy: ProxySettings;
}

export interface HttpRequest {
  /** `https`, or `http` to this machine. */
  readonly url: URL;
  readonly method: 'POST' | 'GET';
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | Uint8Array | null;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in small letters; several of one name are joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  /** The whole body, at most 1 MiB (a longer one is an error). Not to be trusted. */
  readonly text: string;
}

/** One receiver's connections. */
export interface HttpClient {
  /**
   * Resolves when the whole answer is read, whatever its status. Rejects with the error of undici, TLS or `signal`, which
   * `error-class.ts` knows; after `close` always.
   */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Gives up connections and what is under way on them. */
  close(): Promise<void>;
}

/** How many time-outs an attempt as a whole may take, so that a receiver that trickles ends too. */
const TIMEOUTS_OF_AN_ATTEMPT = 3;
const DEFAULT_TIMEOUT_S = 30;
const MAX_TIMEOUT_S = 300;

/** Reads the address under `key`, `timeoutSeconds`, `tls` and `proxy`. */
export function readHttpSettings(settings: Settings, key = 'url'): HttpSettings {
  const url = readHttpsUrl(settings, key);
  return {
    url,
    timeoutMs: settings.number('timeoutSeconds', 1, MAX_TIMEOUT_S, DEFAULT_TIMEOUT_S) * 1000,
    tls: readTlsSettings(settings),
    proxy: readProxySettings(settings, url),
  };
}

/** Reads certificates and credentials; throws a `SecretFileError`. */
export function openHttpClient(settings: HttpSettings, at: Surroundings): HttpClient {
  const route = routeTo(settings.url, settings.proxy, at.environment);
  const { options, clientEndMs } = openTls(settings.tls);
  const dispatcher = openDispatcher(route, options, settings.timeoutMs);
  return {
    request: async (wanted, signal) => {
      if (route.kind === 'unusable') throw new ProxyError(route.message);
      signal.throwIfAborted();
      const attempt = new AbortController();
      try {
        const timeMs = settings.timeoutMs * TIMEOUTS_OF_AN_ATTEMPT;
        return await endingWith(attempt, signal, timeMs, ask(wanted, dispatcher, attempt.signal));
      } catch (cause) {
        // Many receivers only cut the connection then.
        if (clientEndMs === null || clientEndMs > at.wallMs() || signal.aborted) throw cause;
        throw new ClientCertificateError('the client certificate has expired', { cause });
      }
    },
    close: () => dispatcher.destroy(),
  };
}

async function ask(
  { url, method, headers, body }: HttpRequest,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const answer = await request(url, {
    dispatcher,
    method,
    headers: { 'user-agent': 'spillwatch', ...Object.fromEntries(headers) },
    body,
    signal,
  });
  return {
    status: answer.statusCode,
    headers: headersOf(answer.headers),
    text: await answer.body.text(),
  };
}

/**
 * What the promise gives, unless `signal` or the time ends the attempt first. undici looks at a signal only once there is a
 * connection; the caller need not wait for that. Afterwards nothing of the attempt is held: `signal` lives as long as the agent.
 */
function endingWith<T>(
  attempt: AbortController,
  signal: AbortSignal,
  timeMs: number,
  promise: Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (reason: unknown): void => {
      attempt.abort(reason);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever the owner of the signal gave
      reject(reason);
    };
    const follow = (): void => end(signal.reason);
    const timer = setTimeout(() => end(new DOMException('too late', 'TimeoutError')), timeMs);
    signal.addEventListener('abort', follow, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    });
  });
}

/** An attempt failed, and the client certificate is at its end by the clock of the Mac. */
export class ClientCertificateError extends Error {
  readonly code = 'ERR_SPILLWATCH_CLIENT_CERTIFICATE';
}

/** A proxy of the environment that cannot be used. */
class ProxyError extends Error {
  readonly code = 'ERR_SPILLWATCH_PROXY';
}

function headersOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
