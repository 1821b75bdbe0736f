import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { outcomeOf } from '../../collectors/command.ts';
import { RESOURCES } from '../../rules/resources.ts';
import { type StatusReport, statusWord } from '../health/report.ts';
import { askStatus } from '../health/status-socket.ts';
import {
  type Failure,
  install,
  type Job,
  type Result,
  restart,
  start,
  stop,
} from '../service/job.ts';
import { JobFile } from '../service/job-file.ts';
import { Launchctl } from '../service/launchctl.ts';
import { programFault } from '../service/trusted-program.ts';
import { EXIT } from './exit-codes.ts';
import { INSTALLED } from './installed.ts';
import { asReport } from './status.ts';
import { type Output, printable } from './terminal.ts';

export interface ServiceOptions {
  readonly state: string;
  readonly json?: boolean;
}

export interface UninstallOptions {
  readonly json?: boolean;
  /** Remove database, configuration and logs, too. */
  readonly purge?: boolean;
}

/** What the verbs take of the machine. */
export interface ServiceHost {
  readonly uid: number;
  readonly job: Job;
  /** The script that takes everything away. */
  readonly uninstall: string;
}

export type ServiceVerb = 'install' | 'start' | 'stop' | 'restart';

const NOT_DONE = 1;
/** As that of `status`. */
const NOT_RUNNING = 3;

const ACTIONS = { install, start, stop, restart } as const satisfies Record<
  ServiceVerb,
  (job: Job) => Promise<Result>
>;

/**
 * `spillwatch service install|start|stop|restart`: exit 0 when it is so now, 1 when it is not, 3 when launchd has the service
 * and no agent answers within ten seconds.
 */
export async function service(
  verb: ServiceVerb,
  options: ServiceOptions,
  output: Output,
  host: ServiceHost = ownHost(),
): Promise<number> {
  if (host.uid !== 0) return failed(verb, NOT_ROOT, options, output);
  const before = await reportOf(options.state);
  const result = await ACTIONS[verb](host.job);
  if (result.result === 'failed') return failed(verb, result, options, output);
  if (verb === 'stop') {
    say(verb, result, options, output);
    return EXIT.done;
  }
  const earlier = result.result === 'done' ? (before?.pid ?? null) : null;
  const report = await answerOf(options.state, earlier, host.job.pause);
  if (report !== null && report.pid === earlier)
    return failed(verb, stillThere(earlier), options, output);
  say(verb, { ...result, agent: statusWord(report) }, options, output);
  return report === null ? NOT_RUNNING : EXIT.done;
}

/** Two agents cannot run on one state folder, so the one of launchd has ended or waits. */
function stillThere(pid: number): Failure {
  return {
    result: 'failed',
    reason: 'earlier-agent',
    detail: `the agent of before (pid ${pid}) still answers`,
    fix: 'end it when it was started by hand, then: sudo spillwatch service restart',
  };
}

/** Asks every half a second for ten. */
const POLLS = 20;
const PAUSE_MS = 500;

/** The report of an agent that is another than the one with the pid `earlier`, or of that one when no other answers in time; `null` when none does. */
async function answerOf(
  state: string,
  earlier: number | null,
  pause: Job['pause'],
): Promise<StatusReport | null> {
  for (let polls = 1; ; polls += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one question at a time
    const report = await reportOf(state);
    if (report !== null && report.pid !== earlier) return report;
    if (polls === POLLS) return report;
    // oxlint-disable-next-line no-await-in-loop -- the pause between two questions
    await pause(PAUSE_MS);
  }
}

async function reportOf(state: string): Promise<StatusReport | null> {
  return asReport(await askStatus(state));
}

const UNINSTALL_MS = 120_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** `spillwatch service uninstall`: runs the script of the bundle, which does it all; exit 0 when nothing is left. */
export async function uninstallService(
  options: UninstallOptions,
  output: Output,
  host: ServiceHost = ownHost(),
): Promise<number> {
  if (host.uid !== 0) return failed('uninstall', NOT_ROOT, options, output);
  const { uninstall, job } = host;
  const fault = programFault(uninstall, job.owner);
  if (fault !== null) {
    if (await isAbsent(host)) {
      const detail = 'nothing of the service is installed';
      say('uninstall', { result: 'unchanged', detail }, options, output);
      return EXIT.done;
    }
    const failure: Failure = {
      result: 'failed',
      reason: 'not-installed',
      detail: `${uninstall}: ${fault}`,
      fix: 'install the package of Spillwatch again, then uninstall',
    };
    return failed('uninstall', failure, options, output);
  }
  const outcome = await outcomeOf(uninstall, options.purge ? ['--purge'] : [], {
    signal: AbortSignal.timeout(UNINSTALL_MS),
    maxBytes: MAX_OUTPUT_BYTES,
  });
  if (outcome.kind === 'failed') {
    const complaint = outcome.complaint.trim().split('\n').at(-1) ?? '';
    const failure: Failure = {
      result: 'failed',
      reason: 'script-failed',
      detail: `${uninstall}: ended with ${outcome.error.code ?? outcome.error.signal}${complaint === '' ? '' : `: ${complaint}`}`,
      fix: 'run that script with sudo and read what it says',
    };
    return failed('uninstall', failure, options, output);
  }
  const detail = options.purge
    ? 'the agent is uninstalled, with all that it had stored'
    : 'the agent is uninstalled; findings, configuration and logs are kept';
  say('uninstall', { result: 'done', detail }, options, output);
  return EXIT.done;
}

async function isAbsent({ job, uninstall }: ServiceHost): Promise<boolean> {
  const isThere = [job.executable, job.file.path, uninstall].some(
    (path) => programFault(path) !== 'is not there',
  );
  return !isThere && (await job.launchctl.isLoaded()) !== true;
}

const NOT_ROOT: Failure = {
  result: 'failed',
  reason: 'not-root',
  detail: 'only root can change the service',
  fix: 'run it with sudo',
};

type Said = Exclude<Result, Failure> & { readonly agent?: string };

function say(
  verb: string,
  said: Said,
  { json }: { readonly json?: boolean },
  output: Output,
): void {
  if (json) {
    output.out(`${JSON.stringify({ verb, ...said })}\n`);
    return;
  }
  const { detail, agent } = said;
  const answer =
    agent === undefined
      ? ''
      : agent === 'not-running'
        ? `; no agent answers yet: read ${INSTALLED.log}, or what "sudo spillwatch doctor" says`
        : `; the agent is ${agent}`;
  output.out(`${printable(`${detail}${answer}`)}\n`);
}

function failed(
  verb: string,
  failure: Failure,
  { json }: { readonly json?: boolean },
  output: Output,
): number {
  if (json) output.out(`${JSON.stringify({ verb, ...failure })}\n`);
  else output.err(`${printable(`service ${verb}: ${failure.detail}; ${failure.fix}`)}\n`);
  return NOT_DONE;
}

/** This machine. */
export function ownHost(): ServiceHost {
  return {
    uid: process.getuid?.() ?? 0,
    job: {
      launchctl: new Launchctl({ label: INSTALLED.label }),
      file: new JobFile({
        path: INSTALLED.jobFile,
        source: join(RESOURCES, INSTALLED.jobResource),
      }),
      executable: INSTALLED.executable,
      pause: (ms) => delay(ms),
    },
    uninstall: INSTALLED.uninstall,
  };
}
