/**
 * HTTP/1.1 over TLS to one receiver, by undici: one connection that is kept open, at most one redirect-free request on it at a
 * time, every phase with an end. An answer counts only when the whole of it is read. Nothing is written to a log, and no
 * error holds a credential.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool, request as undiciRequest } from 'undici';
import { readHttpsUrl } from './https-url.ts';
import { type ProxySettings, type Route, readProxySettings, routeTo } from './proxy.ts';
import type { Settings } from './settings.ts';
import { openTls, readTlsSettings, type TlsOptions, type TlsSettings } from './tls-settings.ts';
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
  /** The whole body, at most `MAX_ANSWER_BYTES` of it. Not to be trusted. */
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

/** Bytes of an answer's body; a longer one is an error. */
export const MAX_ANSWER_BYTES = 1_048_576;
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
  const dispatcher = openDispatcher(route, openTls(settings.tls), settings.timeoutMs);
  return {
    request: async ({ url, method, headers, body }, signal) => {
      if (route.kind === 'unusable') throw new ProxyError(route.message);
      const answer = await undiciRequest(url, {
        dispatcher,
        method,
        headers: Object.fromEntries(headers),
        body,
        signal: AbortSignal.any([
          signal,
          AbortSignal.timeout(settings.timeoutMs * TIMEOUTS_OF_AN_ATTEMPT),
        ]),
      });
      return {
        status: answer.statusCode,
        headers: headersOf(answer.headers),
        text: await answer.body.text(),
      };
    },
    close: () => dispatcher.destroy(),
  };
}

/** A proxy of the environment that cannot be used. */
class ProxyError extends Error {
  readonly code = 'ERR_SPILLWATCH_PROXY';
}

function openDispatcher(route: Route, tls: TlsOptions, timeoutMs: number): Dispatcher {
  // Each connection is checked in full: a session taken up again would skip name and pin.
  const connection = { ...tls, timeout: timeoutMs, allowH2: false, maxCachedSessions: 0 };
  const phases = {
    connections: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_ANSWER_BYTES,
  };
  if (route.kind !== 'proxy') return new Agent({ ...phases, connect: connection });
  return new EnvHttpProxyAgent({
    ...phases,
    // Behind the proxy `requestTls` counts, for the hosts that are reached directly `connect`.
    connect: connection,
    requestTls: connection,
    proxyTls: { timeout: timeoutMs, ...(route.ca === null ? {} : { ca: route.ca }) },
    ...(route.authorization === null ? {} : { token: route.authorization }),
    clientFactory: (origin, options) => new Pool(origin, { ...options, ...phases }),
    httpProxy: '',
    httpsProxy: route.url.href,
    noProxy: route.except,
  });
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
