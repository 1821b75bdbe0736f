import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatusReport } from '../../agent/health/report.ts';

const MAIN = join(import.meta.dirname, '../../agent/main.ts');
/** `USER_HZ` of every Linux that Node runs on: proc_pid_stat(5) counts in it. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  /** Seconds of processor time. */
  readonly own: number;
  readonly children: number;
  readonly wakeUps: number;
  readonly residentMegabytes: number;
}

/** The real agent with a stand-in helper and a new state. Linux only: times come from /proc. */
export interface LiveAgent {
  usage(): Usage;
  status(): StatusReport;
}

/**
 * Runs `work` beside the agent and ends it afterwards; the command of the helper may name files in `folder`.
 *
 * @throws {Error} When the agent ends before `work` does.
 */
export async function withAgent(
  helper: (folder: string) => readonly string[],
  work: (agent: LiveAgent) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-bench-'));
  const state = join(folder, 'state');
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ endpointSecurity: { command: helper(folder) } }));
  const agent = spawn(process.execPath, [MAIN, 'run', '--config', config, '--state', state], {
    stdio: 'ignore',
  });
  const over = once(agent, 'exit');
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => agent.kill('SIGTERM'));
  try {
    await Promise.race([
      work({ usage: () => usageOf(agent.pid ?? 0), status: () => statusOf(state) }),
      over.then(() => {
        throw new Error('the agent has ended; run it by hand to see why');
      }),
    ]);
  } finally {
    agent.kill('SIGTERM');
    await over;
    rmSync(folder, { recursive: true, force: true });
  }
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

/** What `spillwatch status --json` says. */
function statusOf(state: string): StatusReport {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'status', '--state', state, '--json'],
    { encoding: 'utf8', maxBuffer: 64 * 1_048_576 },
  );
  if (stdout === '') throw new Error(`no status: ${stderr}`);
  return JSON.parse(stdout) as StatusReport;
}
