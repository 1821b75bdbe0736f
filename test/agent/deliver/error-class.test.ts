import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { outcomeOfError, outcomeOfStatus } from '../../../agent/deliver/error-class.ts';
import { ERROR_CODES } from '../../../agent/deliver/error-codes.ts';
import { HTTP_STATUSES } from '../../../agent/deliver/http-statuses.ts';
import { SecretFileError } from '../../../agent/deliver/secret-file.ts';
import { type CertificateWish, newAuthority } from '../../support/certificates.ts';
import { errorOf, HttpStage, post } from '../../support/http-stage.ts';

const stage = new HttpStage();
afterAll(() => stage.close());

const NOW_MS = Date.UTC(2026, 9, 14);
const LOCAL: CertificateWish = { name: 'localhost', hosts: ['localhost', '127.0.0.1'] };
const stranger = newAuthority('Nobody’s CA');
const namesake = newAuthority('Stage CA');
const PIN = 'ERERERERERERERERERERERERERERERERERERERERERE=';
const OTHER_PIN = 'IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=';

/** What comes of a request to an HTTPS server of this kind. */
async function onHttps(
  options: ServerOptions,
  tls: Parameters<HttpStage['ask']>[1] = {},
): Promise<unknown> {
  const port = await stage.https((request, response) => {
    request.resume();
    response.end('fine');
  }, options);
  return errorOf(stage.ask(`https://127.0.0.1:${port}/`, tls));
}

function showing({ certificate, key }: { certificate: string; key: string }): Promise<unknown> {
  return onHttps({ cert: certificate, key });
}

/** What comes of a request to a server that does this once something arrives. */
async function onTcp(
  scheme: 'http' | 'https',
  answer: (socket: Socket) => void,
  timeoutMs = 5000,
): Promise<unknown> {
  const port = await stage.tcp((socket) => {
    socket.once('data', () => answer(socket));
  });
  return errorOf(stage.ask(`${scheme}://127.0.0.1:${port}/`, { timeoutMs }));
}

/** A fatal alert in answer to the hello of the client. */
function onAlert(number: number): Promise<unknown> {
  return onTcp('https', (socket) => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, number])));
}

function onAnswer(text: string): Promise<unknown> {
  return onTcp('http', (socket) => socket.end(text));
}

/** A hello of a server that knows TLS 1.0 and nothing else. */
const OLD_HELLO = Buffer.concat([
  Buffer.from('160301002a020000260301', 'hex'),
  Buffer.alloc(32, 7),
  Buffer.from('00c01300', 'hex'),
]);

/** A proxy over TLS with a certificate for another name. */
async function throughMisnamedProxy(): Promise<unknown> {
  const { certificate: cert, key } = stage.authority.issue({ name: 'proxy.test' });
  const port = await stage.listen(createHttpsServer({ cert, key }));
  const proxy = {
    url: new URL(`https://localhost:${port}`),
    credentialsFile: null,
    caFile: stage.caFile,
  };
  return errorOf(stage.ask('https://receiver.test/', { proxy }));
}

/** A proxy that answers the CONNECT with this status. */
async function throughProxy(status: number): Promise<unknown> {
  const port = await stage.tcp((socket) => {
    socket.once('data', () => socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
  });
  const proxy = {
    url: new URL(`http://127.0.0.1:${port}`),
    credentialsFile: null,
    caFile: null,
  };
  return errorOf(stage.ask('https://receiver.test/', { proxy }));
}

async function throughDeadProxy(): Promise<unknown> {
  const port = await stage.tcp((socket) => socket.destroy());
  const proxy = { url: new URL(`http://127.0.0.1:${port}`), credentialsFile: null, caFile: null };
  return errorOf(stage.ask('https://receiver.test/', { proxy }));
}

/** An error that cannot be made here: made up as Node does. */
function madeUp(code: string): Promise<unknown> {
  return Promise.resolve(Object.assign(new Error('said by the system'), { code }));
}

type Row = readonly [code: string, what: string, make: () => Promise<unknown>];

const CONFIG: readonly Row[] = [
  [
    'CERT_HAS_EXPIRED',
    'an expired certificate',
    () => showing(stage.serverIdentity({ notBefore: new Date(0), notAfter: new Date(1e12) })),
  ],
  [
    'CERT_NOT_YET_VALID',
    'a certificate of the future',
    () => showing(stage.serverIdentity({ notBefore: new Date(24e11), notAfter: new Date(245e10) })),
  ],
  [
    'CERT_SIGNATURE_FAILURE',
    'a certificate by another CA of the same name',
    () => showing(namesake.issue(LOCAL)),
  ],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'a certificate that signs itself',
    () => showing(newAuthority('localhost', { isLeaf: true })),
  ],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'an unknown CA that is shown',
    () => {
      const { certificate, key } = stranger.issue(LOCAL);
      return showing({ certificate: certificate + stranger.certificate, key });
    },
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'an unknown CA behind one that is shown',
    () => {
      const between = stranger.authority('Between CA');
      const { certificate, key } = between.issue(LOCAL);
      return showing({ certificate: certificate + between.certificate, key });
    },
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT',
    'a chain without its root',
    () => madeUp('UNABLE_TO_GET_ISSUER_CERT'),
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'an unknown CA that is not shown',
    () => showing(stranger.issue(LOCAL)),
  ],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'a chain without its root, as others say it',
    () => madeUp('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  ],
  [
    'INVALID_PURPOSE',
    'a certificate that is signed by one of no CA',
    () => {
      const leaf = stage.authority.authority('No CA', { isLeaf: true });
      const { certificate, key } = leaf.issue(LOCAL);
      return showing({ certificate: certificate + leaf.certificate, key });
    },
  ],
  [
    'INVALID_PURPOSE',
    'a certificate for clients',
    () => showing(stage.authority.issue({ ...LOCAL, for: 'client' })),
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'a certificate for another name',
    () => showing(stage.authority.issue({ name: 'elsewhere.test' })),
  ],
  [
    'ERR_SPILLWATCH_CLIENT_CERTIFICATE',
    'a connection that is cut when the client certificate is at its end',
    () => {
      const endMs = Date.now() - 1000;
      const old = stage.authority.issue({ name: 'mac', for: 'client', notAfter: new Date(endMs) });
      return onHttps(
        { ca: stage.authority.certificate, requestCert: true },
        { tls: stage.clientFiles(old), wallMs: Date.now() },
      );
    },
  ],
  [
    'ERR_SPILLWATCH_PIN',
    'a key that is not pinned',
    () => onHttps({}, { tls: { pins: [PIN, OTHER_PIN] } }),
  ],
  [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'no client certificate where one is wanted, told behind the handshake',
    () => onHttps({ ca: stage.authority.certificate, requestCert: true, minVersion: 'TLSv1.3' }),
  ],
  [
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'no client certificate where one is wanted, TLS 1.2',
    () => onHttps({ ca: stage.authority.certificate, requestCert: true, maxVersion: 'TLSv1.2' }),
  ],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'alert 42', () => onAlert(42)],
  ['ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE', 'alert 43', () => onAlert(43)],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED', 'alert 44', () => onAlert(44)],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'alert 45', () => onAlert(45)],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN', 'alert 46', () => onAlert(46)],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'alert 48', () => onAlert(48)],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'alert 49', () => onAlert(49)],
  ['ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY', 'alert 71', () => onAlert(71)],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'alert 112', () => onAlert(112)],
  [
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'a server that stops at TLS 1.1',
    () => onHttps({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  ],
  [
    'ERR_SSL_UNSUPPORTED_PROTOCOL',
    'a server that answers with TLS 1.0',
    () => onTcp('https', (socket) => socket.write(OLD_HELLO)),
  ],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'a port without TLS',
    () => onTcp('https', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  ],
  [
    'UND_ERR_INVALID_ARG',
    'a token with a line end in it',
    () =>
      errorOf(
        stage.ask('https://127.0.0.1:1/', {}, { headers: new Map([['authorization', 'a\nb']]) }),
      ),
  ],
  [
    'ERR_SPILLWATCH_PROXY',
    'a proxy of the environment that is no address',
    () =>
      errorOf(
        stage.ask('https://receiver.test/', { environment: new Map([['HTTPS_PROXY', 'ftp://x']]) }),
      ),
  ],
  ['UND_ERR_PRX_TLS', 'a proxy with a certificate for another name', throughMisnamedProxy],
];

const RETRY: readonly Row[] = [
  ['ECONNREFUSED', 'nobody who listens', () => errorOf(stage.ask('https://127.0.0.1:1/'))],
  ['ECONNRESET', 'a reset', () => onTcp('http', (socket) => socket.resetAndDestroy())],
  ['UND_ERR_SOCKET', 'an end without an answer', () => onTcp('http', (socket) => socket.end())],
  [
    'UND_ERR_SOCKET',
    'a 200 whose body is cut',
    () => onAnswer('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'),
  ],
  [
    'UND_ERR_SOCKET',
    'a 200 whose chunks are cut',
    () => onAnswer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\nabc'),
  ],
  ['UND_ERR_PRX_CONN', 'a proxy that hangs up', throughDeadProxy],
  [
    'UND_ERR_CONNECT_TIMEOUT',
    'a server that never says hello',
    () => onTcp('https', () => {}, 1000),
  ],
  ['UND_ERR_HEADERS_TIMEOUT', 'a server that never answers', () => onTcp('http', () => {}, 1000)],
  [
    'UND_ERR_BODY_TIMEOUT',
    'a body that does not end',
    () =>
      onTcp(
        'http',
        (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na'),
        1000,
      ),
  ],
  [
    'TimeoutError',
    'a body that trickles',
    () =>
      onTcp(
        'http',
        (socket) => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n');
          const timer = setInterval(() => socket.write('a'), 20);
          socket.on('close', () => clearInterval(timer));
        },
        100,
      ),
  ],
  ['HTTPParserError', 'an answer that is no HTTP', () => onAnswer('SSH-2.0-OpenSSH\r\n')],
  [
    'UND_ERR_HEADERS_OVERFLOW',
    'a head without bounds',
    () => onAnswer(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
  ],
  [
    'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    'a body without bounds',
    () => onAnswer(`HTTP/1.1 200 OK\r\n\r\n${'y'.repeat(1_100_000)}`),
  ],
  [
    'AbortError',
    'an attempt that is given up',
    async () => {
      const url = new URL('https://127.0.0.1:1/');
      const request = {
        url,
        method: 'POST',
        headers: new Map<string, string>(),
        body: '',
      } as const;
      return errorOf(stage.client(url.href).request(request, AbortSignal.abort()));
    },
  ],
  [
    'UND_ERR_DESTROYED',
    'a client that is closed',
    async () => {
      const client = stage.client('https://127.0.0.1:1/');
      await client.close();
      return errorOf(post(client, 'https://127.0.0.1:1/'));
    },
  ],
  ...['EAI_AGAIN', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'].map(made),
  ...['EADDRNOTAVAIL', 'EPIPE', 'ETIMEDOUT'].map(made),
];

function made(code: string): Row {
  return [code, 'as the system says it', () => madeUp(code)];
}

describe('an error is a matter of configuration', () => {
  it.concurrent.each(CONFIG)('%s: %s', async (code, _what, make) => {
    const { kind, detail } = outcomeOfError(await make());
    expect(detail).toBe(`${code}: ${ERROR_CODES.get(code)?.advice}`);
    expect(kind).toBe('config');
  });
});

describe('an error may go away by itself', () => {
  it.concurrent.each(RETRY)('%s: %s', async (code, _what, make) => {
    const detail = `${code}: ${ERROR_CODES.get(code)?.advice}`;
    expect(outcomeOfError(await make())).toEqual({ kind: 'retry', detail, retryAfterMs: null });
  });

  it('a name that is not known, or nobody to ask', async () => {
    const { kind, detail } = outcomeOfError(
      await errorOf(stage.ask('https://no-such-host.invalid/')),
    );
    expect(kind).toBe('retry');
    expect(detail).toMatch(/^(?:ENOTFOUND|EAI_AGAIN): the name/);
  });
});

it('every row of the table of errors has its test', () => {
  const tested = new Set([...CONFIG, ...RETRY].map(([code]) => code));
  expect([...ERROR_CODES.keys()].filter((code) => !tested.has(code))).toEqual([]);
});

describe('a proxy that opens no tunnel', () => {
  it.each([
    [407, 'config', 'proxy, HTTP 407: it wants other credentials; correct proxy'],
    [403, 'config', 'proxy, HTTP 403: it does not let the agent through; allow the receiver there'],
    [502, 'retry', 'proxy, HTTP 502: it does not reach the receiver'],
    [503, 'retry', 'proxy, HTTP 503: it does not reach the receiver'],
  ])('with %i', async (status, kind, detail) => {
    expect(outcomeOfError(await throughProxy(status))).toMatchObject({ kind, detail });
  });
});

describe('errors that nobody foresaw', () => {
  it('are tried again, and told in one clean line', () => {
    const error = Object.assign(new Error('a\nb\u001b[31mc\u202e token=hunter2hunter2'), {
      code: 'ENEW',
    });
    expect(outcomeOfError(error)).toEqual({
      kind: 'retry',
      detail: 'ENEW: a b [31mc token=[REDACTED]',
      retryAfterMs: null,
    });
  });

  it('are known by what caused them', () => {
    const cause = Object.assign(new Error('inner'), { code: 'CERT_HAS_EXPIRED' });
    expect(outcomeOfError(new Error('outer', { cause }))).toMatchObject({ kind: 'config' });
    expect(outcomeOfError(new AggregateError([cause], 'all failed'))).toMatchObject({
      kind: 'config',
    });
  });

  it('end also when they are caused by themselves', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(outcomeOfError(error).kind).toBe('retry');
  });

  it.each([undefined, null, 'text', 7, {}])('need not be errors: %s', (thrown) => {
    expect(outcomeOfError(thrown).kind).toBe('retry');
  });

  it('a file that cannot be used is a matter of configuration', () => {
    expect(outcomeOfError(new SecretFileError('/t: is empty; put the secret there'))).toEqual({
      kind: 'config',
      detail: '/t: is empty; put the secret there',
    });
  });
});

const STATUS_ROWS: readonly (readonly [status: number, kind: string])[] = [
  [400, 'rejected'],
  [401, 'config'],
  [403, 'config'],
  [404, 'config'],
  [405, 'config'],
  [407, 'config'],
  [408, 'retry'],
  [411, 'config'],
  [413, 'too-big'],
  [415, 'config'],
  [421, 'config'],
  [422, 'rejected'],
  [425, 'retry'],
  [429, 'retry'],
  [431, 'config'],
  [495, 'config'],
  [496, 'config'],
  [497, 'config'],
  [500, 'retry'],
  [502, 'retry'],
  [503, 'retry'],
  [504, 'retry'],
  [507, 'retry'],
];
const UNLISTED: readonly (readonly [status: number, kind: string])[] = [
  [101, 'retry'],
  [301, 'config'],
  [302, 'config'],
  [307, 'config'],
  [418, 'config'],
  [505, 'retry'],
  [599, 'retry'],
];

describe('a status', () => {
  it.each([...STATUS_ROWS, ...UNLISTED])('%i is %s', (status, kind) => {
    expect(outcomeOfStatus(status, new Map(), NOW_MS)?.kind).toBe(kind);
  });

  it.each([200, 201, 202, 204, 299])('%i is a matter of the protocol', (status) => {
    expect(outcomeOfStatus(status, new Map(), NOW_MS)).toBeNull();
  });

  it('has its test for every row of the table', () => {
    expect([...HTTP_STATUSES.keys()]).toEqual(STATUS_ROWS.map(([status]) => status));
  });

  it('that refuses does not say that an item is at fault', () => {
    expect(outcomeOfStatus(400, new Map(), NOW_MS)).toMatchObject({ explicit: false });
  });

  it('of nginx that is about the client certificate is a matter of configuration', () => {
    const said = 'page "400 No required SSL certificate was sent"';
    expect(outcomeOfStatus(400, new Map(), NOW_MS, said)?.kind).toBe('config');
    expect(outcomeOfStatus(400, new Map(), NOW_MS, `no such file: ${said}`)?.kind).toBe('rejected');
  });

  it('that asks to wait says how long', () => {
    const headers = new Map([['retry-after', '7']]);
    expect(outcomeOfStatus(429, headers, NOW_MS)).toMatchObject({ retryAfterMs: 7000 });
    expect(outcomeOfStatus(429, new Map(), NOW_MS)).toMatchObject({ retryAfterMs: null });
  });

  it('is told with what the receiver says, if that is wanted', () => {
    expect(outcomeOfStatus(404, new Map(), NOW_MS, 'no such tenant')?.detail).toBe(
      'HTTP 404: there is nothing at this address; correct the url (it says: no such tenant)',
    );
  });
});
