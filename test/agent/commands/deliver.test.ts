import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deliverTest } from '../../../agent/commands/deliver.ts';
import { HttpStage } from '../../support/http-stage.ts';

let stage: HttpStage;
let out: string;
let err: string;
const output = {
  out: (more: string) => {
    out += more;
  },
  err: (more: string) => {
    err += more;
  },
};
beforeEach(() => {
  stage = new HttpStage();
  out = '';
  err = '';
});
afterEach(() => stage.close());

function configOf(...deliver: readonly unknown[]): string {
  const path = stage.file('config.json', '');
  writeFileSync(path, JSON.stringify({ deliver }));
  return path;
}

it('sends a marked finding to each destination and says what was answered', async () => {
  const bodies: string[] = [];
  const port = await stage.http((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      return response.end();
    });
  });
  const busy = await stage.http((request, response) => {
    request.resume();
    response.writeHead(503).end();
  });
  const webhook = { type: 'webhook', gzip: false };
  const config = configOf(
    { ...webhook, name: 'siem', url: `http://127.0.0.1:${port}/` },
    { ...webhook, name: 'busy', url: `http://127.0.0.1:${busy}/` },
  );
  expect(await deliverTest({ config }, output)).toBe(1);
  const [siem, other] = out.split('\n');
  expect(siem).toMatch(/^siem \(webhook\): accepted \(\d+ ms\)$/);
  expect(other).toMatch(/^busy \(webhook\): unreachable, HTTP 503.* \(\d+ ms\)$/);
  expect(bodies).toHaveLength(1);
  const sent: { severity: string; finding_info: { title: string } } = JSON.parse(bodies[0] ?? '');
  expect(sent.severity).toBe('Informational');
  expect(sent.finding_info.title.toLowerCase()).toContain('test');
});

it('exits 0 when all took it, and gives JSON', async () => {
  const port = await stage.http((request, response) => {
    request.resume();
    response.end();
  });
  const config = configOf({ type: 'webhook', url: `http://127.0.0.1:${port}/` });
  expect(await deliverTest({ config, json: true }, output)).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    destination: 'webhook',
    type: 'webhook',
    answer: 'accepted',
    detail: null,
  });
});

it('says in one line what is wrong with a destination, and tries the others', async () => {
  const port = await stage.http((request, response) => {
    request.resume();
    response.end();
  });
  const config = configOf(
    { type: 'pigeon' },
    { type: 'webhook', url: `http://127.0.0.1:${port}/` },
  );
  expect(await deliverTest({ config }, output)).toBe(1);
  expect(err).toMatch(/^deliver, item 1: type must be one of [^\n]+\n$/);
  expect(out).toContain('accepted');
});

it('says what file cannot be used, never what is in it', async () => {
  const tokenFile = stage.file('token', 'hush-hush', 0o644);
  const config = configOf({ type: 'webhook', url: 'https://siem.example/', tokenFile });
  expect(await deliverTest({ config }, output)).toBe(1);
  expect(out).toContain('misconfigured');
  expect(out).toContain('chmod 600');
  expect(out + err).not.toContain('hush-hush');
});

it('needs a destination of that name', async () => {
  const config = configOf();
  expect(await deliverTest({ config }, output)).toBe(1);
  expect(await deliverTest({ config, destination: 'siem' }, output)).toBe(1);
  expect(err).toContain('there is no such destination');
});
