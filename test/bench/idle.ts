/**
 * What the agent costs while nothing happens, its children included: starts the real agent with a stand-in helper, lets it
 * settle, and prints one line. The helper's own time does not count. Linux only.
 *
 *   node test/bench/idle.ts                     a helper that sees the canary and says nothing else
 *   node test/bench/idle.ts --rate 1            one that writes a line a second and never sees the canary
 *   node test/bench/idle.ts --silent            one that writes nothing at all, so that the agent does without a stream
 *   node test/bench/idle.ts --settle 60 --seconds 300    (seconds, as they are without these options)
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type LiveAgent, withAgent } from './live-agent.ts';

const TEST = join(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    rate: { type: 'string' },
    silent: { type: 'boolean', default: false },
    settle: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '300' },
  },
});

function helper(folder: string): readonly string[] {
  if (values.silent) return ['/bin/sh', '-c', 'exec sleep 86400'];
  if (values.rate !== undefined)
    return [process.execPath, join(TEST, 'bench/paced-helper.ts'), '--rate', values.rate];
  writeFileSync(join(folder, 'feed'), '');
  const where = ['--feed', join(folder, 'feed'), '--state', join(folder, 'state')];
  return [process.execPath, join(TEST, 'fixtures/programs/following-helper.ts'), ...where];
}

async function measure(agent: LiveAgent): Promise<void> {
  await sleep(Number(values.settle) * 1000);
  const before = agent.usage();
  const startedAt = performance.now();
  await sleep(Number(values.seconds) * 1000);
  const after = agent.usage();
  const passed = (performance.now() - startedAt) / 1000;
  const percent = (from: number, to: number): string => (((to - from) / passed) * 100).toFixed(2);
  const own = percent(before.own, after.own);
  const children = percent(before.children, after.children);
  const all = percent(before.own + before.children, after.own + after.children);
  const wakes = ((after.wakeUps - before.wakeUps) / passed).toFixed(1);
  process.stdout.write(
    `${all} % of a core over ${Math.round(passed)} s (agent ${own} %, children ${children} %), ${wakes} wake-ups a second, ${Math.round(after.residentMegabytes)} MiB resident\n`,
  );
}

await withAgent(helper, measure);
