import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import {
  type ResolverSettings,
  resolverCollector,
  resolverLookup,
} from '../../../collectors/network/resolver-collector.ts';
import { whileRunning } from '../recorded-output.ts';
import { VirtualTimer } from '../virtual-timer.ts';

const MINUTE = 60_000;

function settings(
  timer: VirtualTimer,
  changes: Partial<ResolverSettings> = {},
): ResolverSettings & { readonly asked: [number, string][] } {
  const asked: [number, string][] = [];
  return {
    asked,
    names: ['content.dropboxapi.com', 'missing.example'],
    everyMs: 5 * MINUTE,
    jitter: () => 0.5,
    isActive: () => true,
    clock: () => 1_700_000_000_000_000,
    timer,
    lookup: (name) => {
      asked.push([timer.now(), name]);
      return name.startsWith('missing')
        ? Promise.reject(new Error('ENOTFOUND'))
        : Promise.resolve(['162.125.1.14', '2620:100:6025::1']);
    },
    ...changes,
  };
}

describe('resolverCollector', () => {
  it('emits the addresses of the names that have some, and says nothing of the others', async () => {
    const timer = new VirtualTimer();
    const output = await whileRunning(resolverCollector(settings(timer)), () => timer.advance(0));
    expect(output.troubles).toStrictEqual([]);
    expect(output.records.map(({ events }) => events)).toMatchObject([
      [
        { name: 'content.dropboxapi.com', address: '162.125.1.14' },
        { name: 'content.dropboxapi.com', address: '2620:100:6025::1' },
      ],
    ]);
  });

  it.each([
    ['shortest', 0, 4.5],
    ['middle', 0.5, 5],
    ['longest', 0.999, 5.499],
  ])('asks again after the %s interval that jitter allows', async (_name, jitter, minutes) => {
    const timer = new VirtualTimer();
    const given = settings(timer, { names: ['a.example'], jitter: () => jitter });
    await whileRunning(resolverCollector(given), () => timer.advance(6 * MINUTE));
    expect(given.asked).toHaveLength(2);
    expect(given.asked[1]?.[0]).toBeCloseTo(minutes * MINUTE, -2);
  });

  it('asks once an hour while nothing is going on, and soon after something is', async () => {
    const timer = new VirtualTimer();
    let isActive = false;
    const given = settings(timer, { names: ['a.example'], isActive: () => isActive });
    await whileRunning(resolverCollector(given), async () => {
      await timer.advance(70 * MINUTE);
      isActive = true;
      await timer.advance(MINUTE);
    });
    expect(given.asked.map(([at]) => at)).toStrictEqual([0, 60 * MINUTE, 70 * MINUTE + 10_000]);
  });

  it('has at most eight look-ups in flight', async () => {
    const timer = new VirtualTimer();
    let inFlight = 0;
    let most = 0;
    const given = settings(timer, {
      names: Array.from({ length: 30 }, (_, index) => `n${index}.example`),
      lookup: async (_name, signal) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await timer.pause(10, signal);
        inFlight -= 1;
        return ['10.0.0.1'];
      },
    });
    const output = await whileRunning(resolverCollector(given), () => timer.advance(1000));
    expect(most).toBe(8);
    expect(output.records[0]?.events).toHaveLength(30);
  });

  it('takes it for an outage when no name has an answer, until one has', async () => {
    const timer = new VirtualTimer();
    let isOnline = false;
    const given = settings(timer, {
      lookup: () => (isOnline ? Promise.resolve(['10.0.0.1']) : Promise.reject(new Error('no'))),
    });
    const output = await whileRunning(resolverCollector(given), async (seen) => {
      await timer.advance(11 * MINUTE);
      expect(seen.records).toStrictEqual([]);
      isOnline = true;
      await timer.advance(5 * MINUTE);
    });
    expect(output.troubles).toMatchObject([{ code: 'command-failed', lasts: true }]);
    expect(output.recoveries).toStrictEqual(['command-failed']);
    expect(output.records).toHaveLength(1);
  });

  it('keeps 64 addresses of a name', async () => {
    const timer = new VirtualTimer();
    const addresses = Array.from({ length: 65 }, (_, index) => `10.0.0.${index}`);
    const given = settings(timer, { names: ['a'], lookup: () => Promise.resolve(addresses) });
    const output = await whileRunning(resolverCollector(given), () => timer.advance(0));
    expect(output.records[0]?.events).toHaveLength(64);
  });

  it('drops its look-ups when it is stopped, though the name server never answers', async () => {
    const server = createSocket('udp4');
    await new Promise<void>((resolve) => {
      server.bind(0, '127.0.0.1', resolve);
    });
    const query = new Promise((resolve) => {
      server.once('message', resolve);
    });
    const lookup = resolverLookup([`127.0.0.1:${server.address().port}`]);
    try {
      const given = settings(new VirtualTimer(), { lookup });
      const startedAt = performance.now();
      const output = await whileRunning(resolverCollector(given), async () => {
        await query;
      });
      expect(performance.now() - startedAt).toBeLessThan(1500);
      expect(output.troubles).toStrictEqual([]);
    } finally {
      server.close();
    }
  });
});
