/**
 * Whether the agent holds out: starts the real one with a helper that writes lines at a steady rate, prints its memory every
 * minute, and at the end what became of each line. Ends with 1 when one is unaccounted for. Linux only.
 *
 *   node test/bench/soak.ts
 *   node test/bench/soak.ts --minutes 60 --rate 2000    (as they are without these options)
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { StatusReport } from '../../agent/health/report.ts';
import { type LiveAgent, withAgent } from './live-agent.ts';

/** What is read for the first time stays in memory; flat is what comes after. */
const WARM_UP_MINUTES = 5;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '2000' },
  },
});

async function soak(agent: LiveAgent): Promise<void> {
  const startedAt = performance.now();
  const resident: number[] = [];
  for (let minute = 1; minute <= Number(values.minutes); minute += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one minute after the other
    await sleep(startedAt + minute * 60_000 - performance.now());
    resident.push(Math.round(agent.usage().residentMegabytes));
    process.stdout.write(`minute ${minute}: ${resident.at(-1)} MiB resident\n`);
  }
  const { own, children } = agent.usage();
  const passed = (performance.now() - startedAt) / 1000;
  const warm = resident.slice(Math.min(WARM_UP_MINUTES, resident.length - 1));
  process.stdout.write(
    `${(((own + children) / passed) * 100).toFixed(1)} % of a core; ${Math.min(...warm)} to ${Math.max(...warm)} MiB resident after the first ${WARM_UP_MINUTES} minutes\n`,
  );
  report(agent.status());
}

function report({ collectors, held, coverage, queue, resources }: StatusReport): void {
  const sumOf = (pick: (row: StatusReport['collectors'][number]) => number): number =>
    collectors.reduce((sum, row) => sum + pick(row), 0);
  const received = sumOf((row) => row.received);
  const stored = sumOf((row) => row.stored);
  const skipped = sumOf((row) => total(row.skipped));
  const dropped = sumOf((row) => total(row.dropped));
  // What waits for its turn is neither judged nor lost.
  const unaccounted = received - stored - skipped - dropped - held;
  process.stdout.write(
    `received ${received} = stored ${stored} + skipped ${skipped} + dropped ${dropped} + held ${held} + unaccounted ${unaccounted}; ` +
      `${coverage.gaps} gaps, queue at most ${queue.peak} lines, loop at most ${resources.loopDelayMs} ms late\n`,
  );
  if (unaccounted !== 0) process.exitCode = 1;
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

await withAgent(
  () => [process.execPath, join(import.meta.dirname, 'paced-helper.ts'), '--rate', values.rate],
  soak,
);
