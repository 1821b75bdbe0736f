import { type StatusReport, type StatusWord, statusWord } from '../health/report.ts';
import { askStatus } from '../health/status-socket.ts';
import { JobFileError, type JobFileState } from '../service/job-file.ts';
import { describeRefusal } from '../service/refusal.ts';
import { programFault } from '../service/trusted-program.ts';
import { ownHost, type ServiceHost, type ServiceOptions } from './service.ts';
import { asReport, STATUS_CODES } from './status.ts';
import { type Output, printable } from './terminal.ts';

/** One stable word: what launchd and the agent say together. */
export type ServiceWord =
  | 'not-installed'
  | 'stopped'
  | 'running'
  /** launchd has it, and no agent answers: it starts just now, or it fails. */
  | 'not-answering'
  /** An agent answers that launchd does not have, so nothing starts it again. */
  | 'outside-launchd'
  /** launchd could not be asked. */
  | 'unknown';

interface ServiceFacts {
  readonly service: ServiceWord;
  readonly status: StatusWord;
  readonly loaded: boolean | null;
  readonly jobFile: JobFileState['kind'] | 'unknown';
  readonly version: string | null;
  readonly pid: number | null;
  /** What is not as it should be, one line each. */
  readonly remarks: readonly string[];
}

/**
 * `spillwatch service status`: whether launchd has the service, and what the agent says of itself. Exit codes are those of
 * `status`; an agent outside of launchd is 1 when it is healthy.
 */
export async function serviceStatus(
  options: ServiceOptions,
  output: Output,
  host: ServiceHost = ownHost(),
): Promise<number> {
  const facts = await factsOf(host, asReport(await askStatus(options.state)));
  if (options.json) output.out(`${JSON.stringify(facts)}\n`);
  else output.out(`${lines(facts).map(printable).join('\n')}\n`);
  const code = STATUS_CODES[facts.status];
  return code === 0 && facts.service !== 'running' ? STATUS_CODES.degraded : code;
}

async function factsOf(
  { job, uid }: ServiceHost,
  report: StatusReport | null,
): Promise<ServiceFacts> {
  const answer = await job.launchctl.isLoaded();
  const loaded = typeof answer === 'boolean' ? answer : null;
  const file = fileState(job.file);
  const executable = programFault(job.executable, job.owner);
  const isInstalled = executable !== 'is not there' || file.kind !== 'missing';
  const mends = file.kind === 'unknown' ? '' : '; sudo spillwatch service install';
  const remarks = [
    ...(typeof answer === 'boolean' ? [] : [sentence(describeRefusal(answer.refusal))]),
    ...('detail' in file ? [`${file.detail}${mends}`] : []),
    ...(isInstalled && executable !== null
      ? [`${job.executable}: ${executable}; install the package of Spillwatch again`]
      : []),
    ...(uid !== 0 && report === null ? ['the agent answers root only; run it with sudo'] : []),
  ];
  return {
    service: wordOf(loaded, isInstalled, report !== null),
    status: statusWord(report),
    loaded,
    jobFile: file.kind,
    version: report?.version ?? null,
    pid: report?.pid ?? null,
    remarks,
  };
}

function wordOf(loaded: boolean | null, isInstalled: boolean, answers: boolean): ServiceWord {
  if (loaded === true) return answers ? 'running' : 'not-answering';
  if (answers) return loaded === false ? 'outside-launchd' : 'unknown';
  if (!isInstalled) return 'not-installed';
  return loaded === false ? 'stopped' : 'unknown';
}

function fileState(
  file: ServiceHost['job']['file'],
): JobFileState | { readonly kind: 'unknown'; readonly detail: string } {
  try {
    return file.state();
  } catch (error) {
    if (!(error instanceof JobFileError)) throw error;
    return file.isThere() ? { kind: 'unknown', detail: error.message } : { kind: 'missing' };
  }
}

function sentence({ detail, fix }: { readonly detail: string; readonly fix: string }): string {
  return `${detail}; ${fix}`;
}

const LOADED = new Map<boolean | null, string>([
  [true, 'loaded'],
  [false, 'not loaded'],
  [null, 'not known'],
]);

function lines(facts: ServiceFacts): readonly string[] {
  const { service, status, loaded, jobFile, version, pid, remarks } = facts;
  const agent = version === null ? status : `${status}, version ${version}, pid ${pid}`;
  return [
    `spillwatch service is ${service}`,
    `  launchd   ${LOADED.get(loaded)}`,
    `  job file  ${jobFile}`,
    `  agent     ${agent}`,
    ...remarks.map((remark) => `  ${remark}`),
  ];
}
