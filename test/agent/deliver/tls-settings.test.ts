import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { openDispatcher } from '../../../agent/deliver/http-dispatcher.ts';
import { Settings } from '../../../agent/deliver/settings.ts';
import { openTls, readTlsSettings, type TlsSettings } from '../../../agent/deliver/tls-settings.ts';
import { type Identity, newAuthority } from '../../support/certificates.ts';
import { type ClientWish, errorOf, HttpStage } from '../../support/http-stage.ts';

const stage = new HttpStage();
afterAll(() => stage.close());

const NOTHING: TlsSettings = {
  caFile: null,
  certFile: null,
  keyFile: null,
  pins: [],
  serverName: null,
};
const agent = stage.authority.issue({ name: 'agent-17', for: 'client' });
const stranger = newAuthority('Nobody’s CA');
const SPARE = 'ERERERERERERERERERERERERERERERERERERERERERE=';

function pinOf({ key }: Identity): string {
  const spki = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

/** A receiver that tells the name of the client certificate and the name it was called by. */
function telling(options: object = {}): Promise<number> {
  return stage.https((request, response) => {
    const socket = request.socket as TLSSocket;
    const certificate: object | PeerCertificate = socket.getPeerCertificate();
    const name = 'subject' in certificate ? String(certificate.subject.CN) : 'nobody';
    request.resume().on('end', () => response.end(`${name} to ${socket.servername || 'no name'}`));
  }, options);
}

const mutual = { requestCert: true, ca: stage.authority.certificate };

async function askingFor(options: object, wish: ClientWish): Promise<string> {
  const port = await telling(options);
  return (await stage.ask(`https://localhost:${port}/`, wish)).text;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return (await errorOf(promise)).code;
}

describe('TLS', () => {
  it('trusts the CAs of caFile and no others', async () => {
    expect(await askingFor({}, {})).toContain('to localhost');
    const foreign = stage.file('ca', stranger.certificate);
    const codes = [foreign, null].map((caFile) => codeOf(askingFor({}, { tls: { caFile } })));
    expect(new Set(await Promise.all(codes))).toEqual(
      new Set(['UNABLE_TO_GET_ISSUER_CERT_LOCALLY']),
    );
  });

  it('trusts an intermediate CA, or the very certificate of the receiver, when caFile holds it', async () => {
    const between = stage.authority.authority('Between CA');
    const { certificate: cert, key } = between.issue({ name: 'localhost' });
    const texts = [between.certificate, cert].map((trusted) =>
      askingFor({ cert, key }, { tls: { caFile: stage.file('ca', trusted) } }),
    );
    expect(new Set(await Promise.all(texts))).toEqual(new Set(['nobody to localhost']));
  });

  it('trusts several CAs of one file', async () => {
    const caFile = stage.file(
      'ca',
      `# ours\n${stranger.certificate}${stage.authority.certificate}`,
    );
    expect(await askingFor({}, { tls: { caFile } })).toContain('to localhost');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('shows the client certificate: %s', async (version) => {
    const options = { ...mutual, minVersion: version, maxVersion: version };
    expect(await askingFor(options, { tls: stage.clientFiles(agent) })).toBe(
      'agent-17 to localhost',
    );
  });

  it('expects another name than that of the address when it is told to', async () => {
    const { certificate: cert, key } = stage.authority.issue({ name: 'siem.internal' });
    const port = await telling({ cert, key });
    const ask = (host: string, serverName: string | null): Promise<{ readonly text: string }> =>
      stage.ask(`https://${host}:${port}/`, { tls: { serverName } });
    expect((await ask('127.0.0.1', 'siem.internal')).text).toBe('nobody to siem.internal');
    expect((await ask('localhost', 'siem.internal')).text).toBe('nobody to siem.internal');
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const codes = [
      ask('localhost', null),
      ask('127.0.0.1', null),
      ask('localhost', 'other.internal'),
    ].map(codeOf);
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['ERR_TLS_CERT_ALTNAME_INVALID']));
  });

  it('accepts a pinned key, whichever pin fits', async () => {
    const pin = pinOf(stage.identity);
    expect(await askingFor({}, { tls: { pins: [pin, SPARE] } })).toContain('to localhost');
    expect(await askingFor({}, { tls: { pins: [SPARE, pin] } })).toContain('to localhost');
  });

  it('refuses another key, that of the CA too, before anything is sent', async () => {
    let requests = 0;
    const port = await stage.https(() => {
      requests += 1;
    });
    const codes = [SPARE, pinOf(stage.authority)].map((pin) =>
      codeOf(stage.ask(`https://localhost:${port}/`, { tls: { pins: [pin, SPARE] } })),
    );
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['ERR_SPILLWATCH_PIN']));
    expect(requests).toBe(0);
  });

  it('wants name and CA of a pinned key to be right too', async () => {
    const misnamed = stage.authority.issue({ name: 'elsewhere.test' });
    const foreign = stranger.issue({ name: 'localhost' });
    const codes = [misnamed, foreign].map((identity) => {
      const tls = { pins: [pinOf(identity), SPARE] };
      return codeOf(askingFor({ cert: identity.certificate, key: identity.key }, { tls }));
    });
    expect(await Promise.all(codes)).toEqual([
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ]);
  });
});

/** A request through a proxy to a receiver that wants a client certificate. */
async function proxied(tls: Partial<TlsSettings>): Promise<string> {
  const proxy = await stage.proxyTo(await telling(mutual));
  const url = new URL(`http://127.0.0.1:${proxy.port}`);
  const way = { url, credentialsFile: null, caFile: null };
  return (await stage.ask('https://localhost/', { proxy: way, tls })).text;
}

describe('TLS through a proxy', () => {
  it('shows the client certificate', async () => {
    expect(await proxied(stage.clientFiles(agent))).toBe('agent-17 to localhost');
  });

  it('judges CA, name and pin as without one', async () => {
    const files = stage.clientFiles(agent);
    expect(await proxied({ ...files, pins: [pinOf(stage.identity), SPARE] })).toContain('agent-17');
    const codes = await Promise.all(
      [
        { pins: [SPARE, SPARE] },
        { caFile: stage.file('ca', stranger.certificate) },
        { serverName: 'other.internal' },
      ].map((tls) => codeOf(proxied({ ...files, ...tls }))),
    );
    expect(codes).toEqual([
      'ERR_SPILLWATCH_PIN',
      // This receiver shows the CA too, because it judges clients by it.
      'SELF_SIGNED_CERT_IN_CHAIN',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ]);
  });

  it('is told an alert behind the handshake', async () => {
    expect((await errorOf(proxied({}))).code).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  });

  it('is the same for hosts that are reached directly nevertheless', async () => {
    const port = await telling(mutual);
    const route = {
      kind: 'proxy',
      url: new URL('http://127.0.0.1:1'),
      authorization: null,
      ca: null,
      except: '127.0.0.1',
    } as const;
    const { options: tls } = openTls({
      ...NOTHING,
      caFile: stage.caFile,
      ...stage.clientFiles(agent),
    });
    const dispatcher = openDispatcher(route, tls, 5000);
    const origin = `https://127.0.0.1:${port}`;
    const answer = await dispatcher.request({ origin, path: '/', method: 'GET' });
    expect(await answer.body.text()).toBe('agent-17 to no name');
    await dispatcher.destroy();
  });
});

describe('the files of TLS', () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const locked = createPrivateKey(agent.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const certFile = stage.file('cert', agent.certificate);
  const keyFile = stage.file('key', agent.key);

  it.each([
    [
      'a CA file without certificates',
      { caFile: stage.file('ca', 'nothing') },
      'holds no certificate in PEM; name another file',
    ],
    [
      'a CA file with a damaged certificate',
      { caFile: stage.file('ca', stage.authority.certificate + damaged) },
      'holds a damaged certificate; replace it',
    ],
    [
      'a certificate that is cut',
      { certFile: stage.file('cert', agent.certificate.replace(/\n[^-\n]{20}/, '\n')), keyFile },
      'holds a damaged certificate; replace it',
    ],
    [
      'a key of somebody else',
      { certFile, keyFile: stage.file('key', stranger.key) },
      `is not the key of ${certFile}; name the one that is`,
    ],
    [
      'a key of another kind',
      { certFile, keyFile: stage.file('key', other.export({ type: 'pkcs8', format: 'pem' })) },
      `is not the key of ${certFile}; name the one that is`,
    ],
    [
      'a certificate in place of the key',
      { certFile, keyFile: stage.file('key', agent.certificate) },
      'is no private key in PEM; name another file',
    ],
    [
      'a key with a pass phrase',
      { certFile, keyFile: stage.file('key', locked) },
      'has a pass phrase; write the key without one',
    ],
    [
      'a key that others can read',
      { certFile, keyFile: stage.file('key', agent.key, 0o644) },
      'others can read it (mode 644); replace it and "chmod 600" the new one',
    ],
  ])('cannot be used: %s', (_what, tls, message) => {
    const settings: TlsSettings = { ...NOTHING, ...tls };
    const culprit = settings.keyFile === keyFile ? settings.certFile : settings.keyFile;
    expect(() => openTls(settings)).toThrow(`${culprit ?? settings.caFile}: ${message}`);
  });

  it('may be readable by others when they are certificates', () => {
    const open = stage.file('ca', stage.authority.certificate, 0o644);
    expect(
      openTls({
        ...NOTHING,
        caFile: open,
        certFile: open,
        keyFile: stage.file('key', stage.authority.key),
      }),
    ).toBeDefined();
  });
});

function read(tls: unknown): readonly [TlsSettings, readonly string[]] {
  const settings = new Settings({ tls });
  return [readTlsSettings(settings), settings.faults()];
}

describe('the key tls', () => {
  it('may be left out', () => {
    expect(readTlsSettings(new Settings({}))).toEqual(NOTHING);
  });

  it('may hold all of these', () => {
    const tls = {
      caFile: '/ca.pem',
      certFile: '/cert.pem',
      keyFile: '/key.pem',
      pins: [SPARE, pinOf(agent)],
      serverName: 'siem.internal',
    };
    expect(read(tls)).toEqual([tls, []]);
  });

  it.each([
    [{ certFile: '/c' }, 'tls.certFile needs the other of the two; add it'],
    [{ keyFile: '/k' }, 'tls.keyFile needs the other of the two; add it'],
    [{ caFile: 'ca.pem' }, 'tls.caFile must be an absolute path'],
    [{ serverName: '' }, 'tls.serverName must be a text of one line that is not empty'],
    [{ verify: false }, 'tls.verify is no key of this type; remove it'],
  ])('says what is wrong: %j', (tls, fault) => {
    expect(read(tls)[1]).toEqual([fault]);
  });

  it.each(
    [
      [],
      [SPARE],
      [SPARE, 'abc'],
      [SPARE, SPARE.slice(0, -1)],
      [SPARE, `sha256/${SPARE}`],
      [SPARE, `${SPARE.slice(0, -2)}F=`],
      Array.from({ length: 17 }, () => SPARE),
    ].map((pins) => [pins]),
  )('wants two pins at least, and each to be one: %j', (pins) => {
    expect(read({ pins })[1]).toEqual([
      'tls.pins must be 2 to 16 SHA-256 hashes of public keys in base64: the one in use and a spare',
    ]);
  });
});
