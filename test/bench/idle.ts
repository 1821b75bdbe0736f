/**
 * What the agent costs while nothing happens, its children included: starts the real agent with a stand-in helper, lets it
 * settle, and prints one line. The helper's own time does not count. Linux only: times come from /proc.
 *
 *   node test/bench/idle.ts                     a helper that sees the canary and says nothing else
 *   node test/bench/idle.ts --rate 1            one that writes a line a second and never sees the canary
 *   node test/bench/idle.ts --silent            one that writes nothing at all, so that the agent does without a stream
 *   node test/bench/idle.ts --settle 60 --seconds 300    (seconds, as they are without these options)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const TEST = join(import.meta.dirname, '..');
/** `USER_HZ` of every Linux that Node runs on: proc_pid_stat(5) counts in it. */
const TICKS_PER_SECOND = 100;

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

interface Usage {
  /** Seconds of processor time. */
  readonly own: number;
  readonly children: number;
  readonly wakeUps: number;
  readonly residentMegabytes: number;
}

function usageOf(pid: number): Usage {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (...at: readonly number[]): number =>
    at.reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS_PER_SECOND;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  return {
    own: seconds(11, 12),
    children: seconds(13, 14),
    wakeUps: number('voluntary_ctxt_switches'),
    residentMegabytes: number('VmRSS') / 1024,
  };
}

async function measure(agent: ChildProcess): Promise<void> {
  const pid = agent.pid ?? 0;
  await sleep(Number(values.settle) * 1000);
  const before = usageOf(pid);
  const startedAt = performance.now();
  await sleep(Number(values.seconds) * 1000);
  const after = usageOf(pid);
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

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-idle-'));
const state = join(folder, 'state');
const config = join(folder, 'config.json');
writeFileSync(config, JSON.stringify({ endpointSecurity: { command: helper(folder) } }));
const agent = spawn(
  process.execPath,
  [join(TEST, '../agent/main.ts'), 'run', '--config', config, '--state', state],
  { stdio: ['ignore', 'ignore', 'ignore'] },
);
const over = once(agent, 'exit');
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => agent.kill('SIGTERM'));
try {
  await Promise.race([
    measure(agent),
    over.then(() => {
      throw new Error('the agent has ended; run it by hand to see why');
    }),
  ]);
} finally {
  agent.kill('SIGTERM');
  await over;
  rmSync(folder, { recursive: true, force: true });
}
