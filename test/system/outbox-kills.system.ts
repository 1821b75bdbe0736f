import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openInFolder } from '../../agent/store/database.ts';

const KILLS = Number(process.env['SPILLWATCH_KILLS'] ?? 500);
const SEED = Number(process.env['SPILLWATCH_SEED'] ?? Date.now() % 1_000_000);
const PROGRAM = join(import.meta.dirname, '../fixtures/programs/delivering-agent.ts');
/** Longest life of one run after it is ready. */
const LIFE_MS = 250;

/** What the receiver does with a request. Only the first three keep it. */
const BEHAVIOURS = [
  'keep',
  'keep and reset',
  'keep and cut the answer',
  'reset',
  'fail',
  'busy',
  'unavailable',
  'stall',
] as const;

/** Numbers from 0 up to 1 that follow from the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Receiver {
  /** The bodies in which each uid came. */
  readonly received = new Map<string, Set<string>>();
  readonly counts = new Map<string, number>();
  duplicates = 0;
  isKind = false;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: Buffer;
    try {
      body = await buffer(request);
    } catch {
      // The sender was killed in the middle of its request.
      return;
    }
    const behaviour = this.isKind ? 'keep' : this.#choose();
    this.counts.set(behaviour, (this.counts.get(behaviour) ?? 0) + 1);
    if (behaviour.startsWith('keep')) this.#keep(gunzipSync(body).toString());
    switch (behaviour) {
      case 'keep':
        response.end('{"ok":true}');
        break;
      case 'keep and reset':
      case 'reset':
        request.socket.resetAndDestroy();
        break;
      case 'keep and cut the answer':
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"ok"');
        setImmediate(() => request.socket.destroy());
        break;
      case 'fail':
        response.writeHead(500).end();
        break;
      case 'busy':
        response.writeHead(429, { 'retry-after': '1' }).end();
        break;
      case 'unavailable':
        response.writeHead(503).end();
        break;
      case 'stall':
        await delay(1500, undefined, { ref: false });
        request.socket.destroy();
        break;
    }
  }

  #choose(): (typeof BEHAVIOURS)[number] {
    const index = Math.floor(this.#random() * (BEHAVIOURS.length + 4));
    return BEHAVIOURS[index] ?? 'keep';
  }

  #keep(body: string): void {
    for (const line of body.split('\n').filter((text) => text !== '')) {
      const { metadata }: { metadata: { uid: string } } = JSON.parse(line);
      const bodies = this.received.get(metadata.uid);
      if (bodies) this.duplicates += 1;
      this.received.set(metadata.uid, (bodies ?? new Set()).add(line));
    }
  }
}

async function start(folder: string, url: string, run: number, mode = ''): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, folder, url, String(run), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return child;
}

/** Uids of all findings, and what the outbox says it lost: nothing, because it is larger than all of them. */
function stateOf(folder: string): {
  readonly committed: ReadonlySet<string>;
  readonly lost: unknown;
} {
  const connection = openInFolder(folder);
  try {
    const uids = connection.prepare<[], string>('SELECT version_id FROM findings').pluck().all();
    const lost = connection.prepare('SELECT rows, dropped, dead FROM destinations').all();
    return { committed: new Set(uids), lost };
  } finally {
    connection.close();
  }
}

it(
  `after ${KILLS} kills the receiver has exactly what was committed, in the same bytes (seed ${SEED})`,
  async () => {
    process.stderr.write(`outbox kills: SPILLWATCH_SEED=${SEED} SPILLWATCH_KILLS=${KILLS}\n`);
    const folder = mkdtempSync(join(tmpdir(), 'spillwatch-kills-'));
    const random = randomFrom(SEED);
    const receiver = new Receiver(random);
    const server = createServer((request, response) => void receiver.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      for (let run = 0; run < KILLS; run += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one life after the other
        const child = await start(folder, url, run);
        // oxlint-disable-next-line no-await-in-loop -- until it is killed
        await delay(random() * LIFE_MS);
        expect(child.exitCode, 'ended by itself').toBe(null);
        child.kill('SIGKILL');
        // oxlint-disable-next-line no-await-in-loop -- until it is gone
        if (child.signalCode === null) await once(child, 'exit');
      }
      receiver.isKind = true;
      const last = await start(folder, url, KILLS, 'finish');
      if (last.exitCode === null) await once(last, 'exit');
      const { committed, lost } = stateOf(folder);
      const counts = [...receiver.counts].map(([name, count]) => `${name} ${count}`).join(', ');
      process.stderr.write(
        `outbox kills: ${committed.size} committed, ${receiver.received.size} received, ${receiver.duplicates} duplicates; ${counts}\n`,
      );
      expect(lost).toEqual([{ rows: 0, dropped: 0, dead: 0 }]);
      expect(committed.size).toBeGreaterThan(KILLS);
      expect(new Set(receiver.received.keys())).toEqual(committed);
      expect([...receiver.received.values()].filter((bodies) => bodies.size > 1)).toEqual([]);
      expect(receiver.duplicates).toBeGreaterThan(0);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  KILLS * 5000,
);
