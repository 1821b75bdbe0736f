import { lstatSync, statfsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fullDiskAccess, secondOpinion } from '../../collectors/permissions.ts';
import { macPermissions } from '../addons.ts';
import { type ConfigReading, describeConfigProblem } from '../config.ts';
import { RETURN_MS } from '../health/canary.ts';
import type { HealthEvent } from '../health/health.ts';
import { remedyOf } from '../health/remedies.ts';
import type { StatusReport } from '../health/report.ts';
import { askStatus } from '../health/status-socket.ts';
import { InputError, loadKnowledge } from '../knowledge.ts';
import { distrust } from '../trust.ts';
import { agentConfig } from './agent-config.ts';
import { type Check, fail, pass, warn } from './check.ts';
import { destinationChecks, sendingChecks } from './destination-checks.ts';
import { CANARY_SIGNAL } from './run.ts';
import { asReport } from './status.ts';
import { type Output, printable } from './terminal.ts';

export interface DoctorOptions {
  readonly state: string;
  readonly config?: string;
  readonly rules?: string;
  readonly json?: boolean;
  /** Send a canary through the running agent and wait for it. */
  readonly canary?: boolean;
}

/** `spillwatch doctor`: every check with its fix; exit 0 when all pass, 1 with a warning, 2 with a failure. */
export async function doctor(options: DoctorOptions, output: Output): Promise<number> {
  const report = asReport(await askStatus(options.state));
  const checks = [
    ...installationChecks(options),
    ...(await configuredChecks(options.config)),
    ...(report ? runningChecks(report) : [notRunning(options.state)]),
    ...(report && options.canary ? [await canaryCheck(report.pid, options.state)] : []),
  ];
  for (const check of checks) print(check, options, output);
  if (checks.some(({ result }) => result === 'fail')) return 2;
  return checks.some(({ result }) => result === 'warn') ? 1 : 0;
}

function print(check: Check, { json }: DoctorOptions, output: Output): void {
  if (json) {
    output.out(`${JSON.stringify(check)}\n`);
    return;
  }
  const { name, result, detail, fix } = check;
  output.out(`${result.toUpperCase().padEnd(4)}  ${printable(`${name}: ${detail}`)}\n`);
  if (fix !== null) output.out(`      ${printable(fix)}\n`);
}

/** What can be said without the agent. */
function installationChecks(options: DoctorOptions): readonly Check[] {
  return [
    rootCheck(),
    accessCheck(secondOpinion(macPermissions)),
    rulesCheck(options.rules),
    folderCheck(options.state),
    spaceCheck(options.state),
  ];
}

function rootCheck(): Check {
  const isRoot = process.getuid?.() === 0;
  return isRoot
    ? pass('privileges', 'run as root')
    : warn('privileges', 'not run as root: only a part can be seen', 'run it with sudo');
}

/** `opinion` is what node-mac-permissions says; only a contradiction is worth a word. */
function accessCheck(opinion: string | null): Check {
  const own = fullDiskAccess();
  if (own === 'granted' && opinion !== null && opinion !== 'authorized')
    return warn(
      'full disk access',
      `the protected file opens, but node-mac-permissions says ${opinion}`,
      'start the agent again, then look here again',
    );
  switch (own) {
    case 'granted':
      return pass('full disk access', 'this program has it (the daemon has its own)');
    case 'not-applicable':
      return pass('full disk access', 'does not apply here');
    case 'denied':
      return warn(
        'full disk access',
        'this program does not have it; from a terminal the grant is the terminal’s, under launchd the agent’s own',
        remedyOf('not-permitted'),
      );
  }
}

async function configuredChecks(path: string | undefined): Promise<readonly Check[]> {
  let reading: ConfigReading;
  try {
    reading = await agentConfig(path);
  } catch (error) {
    return [fail('configuration', textOf(error), remedyOf('configuration'))];
  }
  const [first] = reading.problems;
  const configuration =
    first === undefined
      ? pass('configuration', path ?? 'as installed, else the defaults')
      : warn('configuration', describeConfigProblem(first), remedyOf('configuration'));
  return [configuration, ...(await destinationChecks(reading.config.deliver))];
}

function rulesCheck(folder: string | undefined): Check {
  try {
    const { rules, problems } = loadKnowledge(folder);
    const [first] = problems;
    return first === undefined
      ? pass('rules', `${rules.all.length} rules, ${rules.exceptions.length} exceptions`)
      : fail('rules', first, remedyOf('rules'));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return fail('rules', error.message, remedyOf('rules'));
  }
}

function folderCheck(folder: string): Check {
  try {
    const stats = lstatSync(folder);
    if (!stats.isDirectory())
      return fail('state folder', `${folder} is no folder`, 'name the folder of the agent');
    if ((stats.mode & 0o077) !== 0)
      return fail('state folder', `${folder} can be read by others`, `chmod 700 ${folder}`);
    return pass('state folder', `${folder}, its owner's alone`);
  } catch (error) {
    return fail('state folder', textOf(error), 'start the agent once, it makes the folder');
  }
}

const SMALL_MEGABYTES = 500;

function spaceCheck(folder: string): Check {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const megabytes = Math.round((bavail * bsize) / 1e6);
    return megabytes < SMALL_MEGABYTES
      ? warn('disk space', `${megabytes} MB left`, remedyOf('disk-full'))
      : pass('disk space', `${megabytes} MB left`);
  } catch (error) {
    return warn('disk space', textOf(error), 'start the agent once, it makes the folder');
  }
}

/** What a canary needs at most: its time to return, and the two seconds for which records wait for their turn. */
const CANARY_MS = RETURN_MS + 5000;
const ASK_EVERY_MS = 500;

async function canaryCheck(pid: number, folder: string): Promise<Check> {
  // Whoever can put a socket there chooses the process that gets the signal, and root may signal any.
  const fault = distrust(folder);
  if (fault !== null)
    return fail('canary', `none was sent, ${fault}`, 'name the folder of the agent');
  const sentMs = performance.now();
  const passedMs = (): number => performance.now() - sentMs;
  try {
    process.kill(pid, CANARY_SIGNAL);
  } catch (error) {
    return fail('canary', textOf(error), 'run doctor as the user of the agent, with sudo');
  }
  while (passedMs() < CANARY_MS) {
    // oxlint-disable-next-line no-await-in-loop -- the pause between two questions
    await delay(ASK_EVERY_MS);
    // oxlint-disable-next-line no-await-in-loop -- one question at a time, until the canary is back
    const age = asReport(await askStatus(folder))?.canary.lastSeenAgeSeconds ?? null;
    if (age !== null && age * 1000 < passedMs())
      return pass('canary', `came back within ${Math.ceil(passedMs() / 1000)} s`);
  }
  return fail('canary', 'did not come back through the pipeline', remedyOf('canary-missing'));
}

function notRunning(folder: string): Check {
  return fail(
    'agent',
    `no agent answers in ${folder}`,
    'start it: sudo spillwatch service start, or spillwatch run',
  );
}

/**
 * Everything the running agent says of itself: one failure for each trouble, one warning for each remark, and a pass for each
 * part without trouble.
 */
function runningChecks(report: StatusReport): readonly Check[] {
  const troubled = new Set(report.troubles.map(({ part }) => part));
  const quiet = report.collectors
    .filter(({ part }) => !troubled.has(part))
    .map(({ part, state, lastLineAgeSeconds }) => {
      const age =
        lastLineAgeSeconds === null ? 'no line yet' : `last line ${lastLineAgeSeconds} s ago`;
      return pass(part, `${state}, ${age}`);
    });
  const { gaps, missingMessages } = report.coverage;
  const coverage =
    gaps === 0
      ? pass('coverage', 'no gap')
      : warn('coverage', `${gaps} gaps, ${missingMessages} messages missing`, null);
  return [
    pass('agent', `version ${report.version}, pid ${report.pid}`),
    ...quiet,
    coverage,
    ...sendingChecks(report.destinations),
    ...report.remarks.map(remarkCheck),
    ...report.troubles.map((trouble) => checkOf(fail, trouble)),
  ];
}

/** A folder that never was is worth a line, but no warning. */
function remarkCheck(remark: HealthEvent): Check {
  return remark.code === 'root-missing'
    ? pass(`${remark.part}: ${remark.code}`, remark.detail)
    : checkOf(warn, remark);
}

function checkOf(
  result: typeof fail | typeof warn,
  { part, code, subject, detail }: HealthEvent,
): Check {
  const text = subject === null ? detail : `${subject}: ${detail}`;
  return result(`${part}: ${code}`, text, remedyOf(code));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
