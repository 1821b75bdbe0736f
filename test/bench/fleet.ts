/**
 * The return of a fleet against one receiver on this machine: `node test/bench/fleet.ts [--agents 10000] [--waiting 26]
 * [--outage-minutes 120] [--per-second 200]`. Waiting costs no time, requests are real HTTP over one keep-alive pool.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { OK } from '../../agent/deliver/outcome.ts';
import { simulateFleet } from '../support/fleet.ts';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '10000' },
    waiting: { type: 'string', default: '26' },
    'outage-minutes': { type: 'string', default: '120' },
    'per-second': { type: 'string', default: '200' },
  },
});
let received = 0;
const server = createServer((incoming, response) => {
  let body = '';
  incoming.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  incoming.on('end', () => {
    received += body.split('\n').length;
    response.end();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const dispatcher = new Agent({ connections: 8 });

const startedMs = performance.now();
const report = await simulateFleet({
  agents: Number(values.agents),
  waiting: Number(values.waiting),
  outageMs: Number(values['outage-minutes']) * 60_000,
  perSecond: Number(values['per-second']),
  random: Math.random,
  deliver: async (items) => {
    const body = items.map((item) => item.body).join('\n');
    const answer = await request(url, { method: 'POST', body, dispatcher });
    await answer.body.dump();
    return OK;
  },
});
const { perSecond, ...figures } = report;
process.stdout.write(
  `${JSON.stringify({
    ...values,
    ...figures,
    received,
    peakPerSecond: Math.max(...perSecond),
    meanPerSecond: Math.round(figures.requests / Math.max(1, perSecond.length)),
    perMinute: Array.from({ length: Math.ceil(perSecond.length / 60) }, (_, minute) =>
      perSecond.slice(minute * 60, minute * 60 + 60).reduce((sum, count) => sum + count, 0),
    ),
    realSeconds: Math.round((performance.now() - startedMs) / 100) / 10,
  })}\n`,
);
await dispatcher.close();
server.close();
