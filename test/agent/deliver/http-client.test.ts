import { EventEmitter, getEventListeners, once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { type HttpSettings, readHttpSettings } from '../../../agent/deliver/http-client.ts';
import { MAX_ANSWER_BYTES } from '../../../agent/deliver/http-dispatcher.ts';
import { Settings } from '../../../agent/deliver/settings.ts';
import { errorOf, HttpStage, NEVER, post } from '../../support/http-stage.ts';

const stage = new HttpStage();
afterAll(() => stage.close());

interface Got {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

/** A listener that keeps what it gets and answers once it has all of it. */
function keeping(got: Got[], answer: (number: number) => number = () => 200): RequestListener {
  return (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      got.push({ request, body: Buffer.concat(pieces) });
      response.writeHead(answer(got.length)).end('thanks');
    });
  };
}

describe('a request', () => {
  it('arrives as it was made', async () => {
    const got: Got[] = [];
    const port = await stage.https(keeping(got));
    const body = Buffer.from([0, 255, 10, 13, 0x1f, 0x8b]);
    await stage.ask(
      `https://127.0.0.1:${port}/path?a=b%20c`,
      {},
      { body, headers: new Map([['X-Key', 'a value']]) },
    );
    const [{ request, body: arrived } = expect.fail('nothing came')] = got;
    expect([request.method, request.url]).toEqual(['POST', '/path?a=b%20c']);
    expect(request.headers).toMatchObject({ 'x-key': 'a value', 'content-length': '6' });
    expect(arrived.equals(body)).toBe(true);
  });

  it.each([200, 204, 302, 400, 503])(
    'is answered by a status, whatever it is: %i',
    async (status) => {
      const port = await stage.http((_request, response) => {
        response.writeHead(status, { location: '/elsewhere', 'X-Two': ['a', 'b'] }).end();
      });
      const answer = await stage.ask(`http://127.0.0.1:${port}/`);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('x-two')).toBe('a, b');
    },
  );

  it('is not sent on by a redirect', async () => {
    const got: Got[] = [];
    const port = await stage.http(keeping(got, () => 307));
    await stage.ask(`http://127.0.0.1:${port}/`);
    expect(got).toHaveLength(1);
  });

  it('is answered when the whole answer is there, not before', async () => {
    const port = await stage.http((_request, response) => {
      response.writeHead(200);
      response.write('first, ');
      setTimeout(() => response.end('last'), 30);
    });
    expect((await stage.ask(`http://127.0.0.1:${port}/`)).text).toBe('first, last');
  });

  it('may be answered at length, up to a bound', async () => {
    const port = await stage.http((request, response) => {
      response.end('x'.repeat(Number(request.url?.slice(1))));
    });
    const { text } = await stage.ask(`http://127.0.0.1:${port}/${MAX_ANSWER_BYTES}`);
    expect(text).toHaveLength(MAX_ANSWER_BYTES);
    const error = await errorOf(stage.ask(`http://127.0.0.1:${port}/${MAX_ANSWER_BYTES + 1}`));
    expect(error.code).toBe('UND_ERR_RES_EXCEEDED_MAX_SIZE');
  });
});

describe('connections', () => {
  it('are kept, and one is enough for requests at the same time', async () => {
    const sockets = new Set<Socket>();
    const port = await stage.https((request, response) => {
      sockets.add(request.socket);
      request.resume().on('end', () => response.end());
    });
    const url = `https://127.0.0.1:${port}/`;
    const client = stage.client(url);
    await Promise.all([post(client, url), post(client, url), post(client, url)]);
    await post(client, url);
    expect(sockets.size).toBe(1);
  });

  it('are made anew when the receiver ended them, and checked in full again', async () => {
    const reused: boolean[] = [];
    const port = await stage.https((request, response) => {
      reused.push((request.socket as TLSSocket).isSessionReused());
      request.resume().on('end', () => response.writeHead(200, { connection: 'close' }).end());
    });
    const url = `https://127.0.0.1:${port}/`;
    const client = stage.client(url);
    await post(client, url);
    await post(client, url);
    expect(reused).toEqual([false, false]);
  });
});

describe('an attempt', () => {
  it.each(['https', 'http'])(
    'ends with its signal, also on the way to the receiver: %s',
    async (scheme) => {
      const given = new AbortController();
      const port = await stage.tcp(() => given.abort());
      const url = new URL(`${scheme}://127.0.0.1:${port}/`);
      const error = await errorOf(
        stage
          .client(url.href)
          .request({ url, method: 'POST', headers: new Map(), body: '' }, given.signal),
      );
      expect(error.name).toBe('AbortError');
    },
  );

  it('ends in the middle of an answer', async () => {
    const given = new AbortController();
    const port = await stage.http((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('abc', () => given.abort());
    });
    const url = new URL(`http://127.0.0.1:${port}/`);
    const error = await errorOf(
      stage
        .client(url.href)
        .request({ url, method: 'POST', headers: new Map(), body: '' }, given.signal),
    );
    expect(error.name).toBe('AbortError');
  });

  it('does not hinder the next one', async () => {
    const got: Got[] = [];
    const given = new AbortController();
    const port = await stage.http((request, response) => {
      if (request.url === '/slow') given.abort();
      else keeping(got)(request, response);
    });
    const url = new URL(`http://127.0.0.1:${port}/slow`);
    const client = stage.client(url.href);
    await errorOf(
      client.request({ url, method: 'POST', headers: new Map(), body: '' }, given.signal),
    );
    expect((await post(client, `http://127.0.0.1:${port}/fast`)).status).toBe(200);
  });

  it('leaves nothing behind on a signal that lives as long as the agent', async () => {
    const long = new AbortController();
    const port = await stage.http((request, response) => {
      if (request.url === '/bad') response.destroy();
      else response.end();
    });
    const client = stage.client(`http://127.0.0.1:${port}/`);
    const ask = (path: string): Promise<unknown> => {
      const url = new URL(`http://127.0.0.1:${port}${path}`);
      return client.request({ url, method: 'GET', headers: new Map(), body: null }, long.signal);
    };
    await ask('/good');
    await errorOf(ask('/bad'));
    expect(getEventListeners(long.signal, 'abort')).toEqual([]);
  });

  it('is given up when the client is closed', async () => {
    const arrived = new EventEmitter();
    const underWay = once(arrived, 'request');
    const port = await stage.http(() => arrived.emit('request'));
    const url = `http://127.0.0.1:${port}/`;
    const client = stage.client(url);
    const failed = errorOf(post(client, url));
    await underWay;
    await client.close();
    await client.close();
    expect((await failed).code).toBe('UND_ERR_DESTROYED');
    expect((await errorOf(post(client, url))).code).toBe('UND_ERR_DESTROYED');
  });
});

const URL_TEXT = 'https://siem.example.com/hook?tenant=1';

function read(document: object): {
  readonly faults: readonly string[];
  readonly http: HttpSettings;
} {
  const settings = new Settings(document);
  const http = readHttpSettings(settings);
  return { faults: settings.faults(), http };
}

describe('the settings', () => {
  it('have defaults for all but the address', () => {
    expect(read({ url: URL_TEXT })).toEqual({
      faults: [],
      http: {
        url: new URL(URL_TEXT),
        timeoutMs: 30_000,
        tls: { caFile: null, certFile: null, keyFile: null, pins: [], serverName: null },
        proxy: null,
      },
    });
  });

  it.each([
    [{}, 'url is missing; add it'],
    [{ url: URL_TEXT, timeoutSeconds: 0 }, 'timeoutSeconds must be a whole number from 1 to 300'],
    [{ url: URL_TEXT, timeoutSeconds: 301 }, 'timeoutSeconds must be a whole number from 1 to 300'],
    [{ url: URL_TEXT, tls: true }, 'tls must be an object'],
    [{ url: URL_TEXT, tls: { ca: '/x' } }, 'tls.ca is no key of this type; remove it'],
    [{ url: URL_TEXT, proxy: 7 }, 'proxy must be an object'],
  ])('say what is wrong: %j', (document, fault) => {
    expect(read(document).faults).toEqual([fault]);
  });
});

it('never connects to anything without being asked', async () => {
  let connections = 0;
  const port = await stage.tcp(() => {
    connections += 1;
  });
  await stage.client(`https://127.0.0.1:${port}/`).close();
  expect(connections).toBe(0);
  expect(NEVER.aborted).toBe(false);
});
