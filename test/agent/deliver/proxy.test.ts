import { createServer as createHttpsServer } from 'node:https';
import { Server as ProxyServer } from 'proxy-chain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOfError } from '../../../agent/deliver/error-class.ts';
import { type ProxySettings, readProxySettings, routeTo } from '../../../agent/deliver/proxy.ts';
import { Settings } from '../../../agent/deliver/settings.ts';
import { errorOf, HttpStage, post } from '../../support/http-stage.ts';

const stage = new HttpStage();
const PASSWORD = 'hunter2:with/colon';
const login = stage.file('login', `agent:${PASSWORD}\n`);
const RECEIVER = new URL('https://siem.example.com/');
const ENVIRONMENT = new Map([['HTTPS_PROXY', 'http://proxy.example.com:3128']]);

/** Proxies of npm: one for everybody, one that wants the login. */
const open = new ProxyServer({ port: 0, host: '127.0.0.1' });
const closed = new ProxyServer({
  port: 0,
  host: '127.0.0.1',
  prepareRequestFunction: ({ username, password }) => ({
    requestAuthentication: username !== 'agent' || password !== PASSWORD,
  }),
});
let receiver = 0;
const seen: (string | undefined)[] = [];

beforeAll(async () => {
  await Promise.all([open.listen(), closed.listen()]);
  receiver = await stage.https((request, response) => {
    seen.push(request.headers['proxy-authorization']);
    request.resume().on('end', () => response.end('fine'));
  });
});
afterAll(async () => {
  await Promise.all([open.close(true), closed.close(true)]);
  await stage.close();
});

function at(
  port: number,
  changes: Partial<Exclude<ProxySettings, string | null>> = {},
): ProxySettings {
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    credentialsFile: null,
    caFile: null,
    ...changes,
  };
}

function ask(proxy: ProxySettings): Promise<{ readonly text: string }> {
  return stage.ask(`https://localhost:${receiver}/`, { proxy });
}

describe('a request through a proxy', () => {
  it('reaches the receiver', async () => {
    expect((await ask(at(open.port))).text).toBe('fine');
  });

  it('shows the login to the proxy, and never to the receiver', async () => {
    expect((await ask(at(closed.port, { credentialsFile: login }))).text).toBe('fine');
    expect(seen).not.toContainEqual(expect.anything());
  });

  it('is refused without the login, which is told without it', async () => {
    for (const credentialsFile of [null, stage.file('wrong', `agent:not-${PASSWORD}`)]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const error = await errorOf(ask(at(closed.port, { credentialsFile })));
      expect(outcomeOfError(error)).toEqual({
        kind: 'config',
        detail: 'proxy, HTTP 407: it wants other credentials; correct proxy',
      });
      expect(JSON.stringify([error.message, error.stack])).not.toMatch(/hunter2|aHVudGVyM/);
    }
  });

  it('is not made directly when the proxy is dead', async () => {
    const before = seen.length;
    expect((await errorOf(ask(at(1)))).code).toBe('ECONNREFUSED');
    expect(seen).toHaveLength(before);
  });

  it('has an end when the proxy is silent', async () => {
    const silent = await stage.tcp(() => {});
    const wish = { proxy: at(silent), timeoutMs: 1000 };
    const error = await errorOf(stage.ask(`https://localhost:${receiver}/`, wish));
    expect(outcomeOfError(error).kind).toBe('retry');
  });

  it('opens a second tunnel when the first has ended', async () => {
    const brief = await stage.https((request, response) => {
      request.resume().on('end', () => response.writeHead(200, { connection: 'close' }).end());
    });
    const proxy = await stage.proxyTo(brief);
    const url = `https://localhost:${brief}/`;
    const client = stage.client(url, { proxy: at(proxy.port) });
    await post(client, url);
    await post(client, url);
    expect(proxy.asked).toEqual([`localhost:${brief}`, `localhost:${brief}`]);
  });

  it('goes over TLS to a proxy with https, of which the CA has a file of its own', async () => {
    const { certificate: cert, key } = stage.identity;
    const proxy = await stage.proxyTo(receiver, createHttpsServer({ cert, key }));
    const url = new URL(`https://localhost:${proxy.port}`);
    expect((await ask(at(0, { url, caFile: stage.caFile }))).text).toBe('fine');
    expect(outcomeOfError(await errorOf(ask(at(0, { url }))))).toMatchObject({ kind: 'config' });
  });

  it('takes the proxy of the environment', async () => {
    const proxy = await stage.proxyTo(receiver);
    const environment = new Map([['HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`]]);
    const wish = { environment, tls: { serverName: 'localhost' } };
    expect((await stage.ask(RECEIVER.href, wish)).text).toBe('fine');
    expect(proxy.asked).toEqual(['siem.example.com:443']);
  });
});

describe('the way to a receiver', () => {
  it('is direct when nothing is said', () => {
    expect(routeTo(RECEIVER, null, new Map())).toEqual({ kind: 'direct' });
  });

  it('goes through the proxy of the destination rather than that of the environment', () => {
    expect(routeTo(RECEIVER, at(3128), ENVIRONMENT)).toMatchObject({
      url: new URL('http://127.0.0.1:3128'),
      except: '',
    });
  });

  it('is direct when the destination says none', () => {
    expect(routeTo(RECEIVER, 'none', ENVIRONMENT)).toEqual({ kind: 'direct' });
  });

  it('to this machine knows no proxy of the environment', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(routeTo(new URL(`https://${host}/`), null, ENVIRONMENT)).toEqual({ kind: 'direct' });
  });

  it('takes names in small letters first', () => {
    const environment = new Map([...ENVIRONMENT, ['https_proxy', 'http://small.example.com:1']]);
    expect(routeTo(RECEIVER, null, environment)).toMatchObject({
      url: new URL('http://small.example.com:1'),
    });
  });

  it('is direct when the environment holds an empty name', () => {
    expect(routeTo(RECEIVER, null, new Map([['HTTPS_PROXY', '']]))).toEqual({ kind: 'direct' });
  });

  it('takes a login from the environment and leaves it out of the address', () => {
    const environment = new Map([['HTTPS_PROXY', 'http://agent:p%40ss@proxy.example.com:3128']]);
    expect(routeTo(RECEIVER, null, environment)).toMatchObject({
      url: new URL('http://proxy.example.com:3128'),
      authorization: `Basic ${btoa('agent:p@ss')}`,
    });
  });

  it('takes host and port without a scheme', () => {
    expect(routeTo(RECEIVER, null, new Map([['HTTPS_PROXY', 'proxy:3128']]))).toMatchObject({
      url: new URL('http://proxy:3128'),
    });
  });

  it('takes NO_PROXY along', () => {
    const environment = new Map([...ENVIRONMENT, ['NO_PROXY', '.example.com']]);
    expect(routeTo(RECEIVER, null, environment)).toMatchObject({ except: '.example.com' });
  });

  it.each([
    'ftp://proxy',
    'socks5://proxy:1080',
    'http://',
    'http://%zz@proxy/',
    'http://a:%zz@proxy/',
  ])('is none when the environment names a proxy that cannot be used: %s', (address) => {
    const route = routeTo(RECEIVER, null, new Map([['HTTPS_PROXY', address]]));
    expect(route.kind).toBe('unusable');
  });

  it('keeps receivers of NO_PROXY off the proxy', async () => {
    const proxy = await stage.proxyTo(receiver);
    const environment = new Map([
      ['HTTPS_PROXY', `http://127.0.0.1:${proxy.port}`],
      ['NO_PROXY', 'other.test, .invalid'],
    ]);
    await errorOf(stage.ask('https://no-such-host.invalid/', { environment }));
    expect(proxy.asked).toEqual([]);
  });

  it.each(['agent', 'agent:a\nb', ':password', 'agent:\u0007'])(
    'needs a login of one line: %j',
    (text) => {
      const file = stage.file('login', text);
      expect(() => routeTo(RECEIVER, at(1, { credentialsFile: file }), new Map())).toThrow(
        `${file}: must hold user:password in one line; correct it`,
      );
    },
  );
});

function read(proxy: unknown, target = RECEIVER): readonly unknown[] {
  const settings = new Settings({ proxy });
  return [readProxySettings(settings, target), settings.faults()];
}

describe('the key proxy', () => {
  it('may be an address, with files', () => {
    expect(read({ url: 'http://proxy:3128', credentialsFile: '/a' })).toEqual([
      { url: new URL('http://proxy:3128'), credentialsFile: '/a', caFile: null },
      [],
    ]);
    expect(read({ url: 'https://proxy', caFile: '/ca' })).toEqual([
      { url: new URL('https://proxy'), credentialsFile: null, caFile: '/ca' },
      [],
    ]);
  });

  it('may say none, or be left out', () => {
    expect(read('none')).toEqual(['none', []]);
    expect(readProxySettings(new Settings({}), RECEIVER)).toBeNull();
  });

  it.each([
    ['never', 'proxy must be an object'],
    [{}, 'proxy.url is missing; add it'],
    [{ url: 'proxy:3128' }, 'proxy.url must be an address of the form http://host:port'],
    [{ url: 'socks5://proxy' }, 'proxy.url must be an address of the form http://host:port'],
    [
      { url: 'http://u:p@proxy' },
      'proxy.url must not hold a name or a password; put them into credentialsFile',
    ],
    [
      { url: 'http://proxy', credentialsFile: 'x' },
      'proxy.credentialsFile must be an absolute path',
    ],
    [{ url: 'http://proxy', caFile: '/x' }, 'proxy.caFile is for a proxy with https; remove it'],
    [{ url: 'http://proxy', user: 'x' }, 'proxy.user is no key of this type; remove it'],
  ])('says what is wrong: %j', (proxy, fault) => {
    expect(read(proxy)[1]).toEqual([fault]);
  });

  it('is not for a receiver without TLS', () => {
    expect(read({ url: 'http://proxy' }, new URL('http://127.0.0.1/'))[1]).toEqual([
      'proxy.url is for receivers with https; remove proxy or correct url',
    ]);
  });
});
