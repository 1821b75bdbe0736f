import { Agent, buildConnector, Client, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { Route } from './proxy.ts';
import type { TlsOptions } from './tls-settings.ts';

/** Bytes of an answer's body; a longer one is an error. */
export const MAX_ANSWER_BYTES = 1_048_576;

/**
 * One connection to each origin, over the proxy or directly, that is kept open. `timeoutMs` bounds connecting (TCP, TLS and
 * the proxy each), the wait for the head of an answer, and that between two pieces of its body; undici's timers may be late
 * by a second. An unusable route gives one that must not be used.
 */
export function openDispatcher(route: Route, tls: TlsOptions, timeoutMs: number): Dispatcher {
  // Each connection is checked in full: a session taken up again would skip name and pin.
  const connect = { ...tls, timeout: timeoutMs, allowH2: false, maxCachedSessions: 0 };
  const phases = {
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_ANSWER_BYTES,
  };
  const shared = {
    ...phases,
    connect,
    factory: (origin: string | URL, options: object): Dispatcher =>
      new Client(origin, {
        ...options,
        connect: keepingAlerts(tunnelOf(options) ?? buildConnector(connect)),
      }),
  };
  if (route.kind !== 'proxy') return new Agent(shared);
  return new EnvHttpProxyAgent({
    ...shared,
    // Behind the proxy this counts, and `connect` for the hosts that are reached directly.
    requestTls: connect,
    proxyTls: { timeout: timeoutMs, ...(route.ca === null ? {} : { ca: route.ca }) },
    ...(route.authorization === null ? {} : { token: route.authorization }),
    clientFactory: (origin, options) => new Client(origin, { ...options, ...phases }),
    httpProxy: '',
    httpsProxy: route.url.href,
    noProxy: route.except,
  });
}

/** The connector of a proxy agent, which opens the tunnel; `null` for a direct connection. */
function tunnelOf(options: object): buildConnector.connector | null {
  const connect: unknown = 'connect' in options ? options.connect : null;
  return isConnector(connect) ? connect : null;
}

function isConnector(connect: unknown): connect is buildConnector.connector {
  return typeof connect === 'function';
}

/**
 * With TLS 1.3 a receiver refuses a client certificate behind the handshake, by an alert and the end of the stream. undici
 * reports the last error, which is that end; here the first one stays.
 */
function keepingAlerts(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      const [, socket] = result;
      socket?.prependListener('error', (error: Error) => socket.destroy(error));
      callback(...result);
    });
  };
}
