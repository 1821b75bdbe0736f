/**
 * The service as an administrator handles it: what to ask of launchd in which order, and how long to wait. launchd ends a job
 * in its own time, and until the label is free it answers a bootstrap with 5 or 37; so both are asked again within bounds.
 */
import { type JobFile, JobFileError } from './job-file.ts';
import type { Launchctl, Refused } from './launchctl.ts';
import { describeRefusal, type RefusalReason } from './refusal.ts';
import { programFault } from './trusted-program.ts';

export interface Job {
  readonly launchctl: Launchctl;
  readonly file: JobFile;
  readonly executable: string;
  /** Owner of the executable: root, except in tests. */
  readonly owner?: number;
  readonly pause: (ms: number) => Promise<void>;
}

/** What came of it. `unchanged`: it was so before. */
export type Result = { readonly result: 'done' | 'unchanged'; readonly detail: string } | Failure;

export interface Failure {
  readonly result: 'failed';
  readonly reason: FailureReason;
  readonly detail: string;
  readonly fix: string;
}

export type FailureReason =
  | RefusalReason
  | 'not-root'
  | 'not-installed'
  | 'bad-job-file'
  | 'still-loaded'
  | 'earlier-agent'
  | 'script-failed';

/** The label was seen to be taken for 5 seconds after a bootout (headroomlabs-ai/headroom#1289). */
const LOAD_TRIES = 16;
/** launchd kills a job 20 seconds after it was told to end. */
const END_POLLS = 30;
const PAUSE_MS = 1000;

/** Writes the job file when it is missing or differs, loads the job, and loads it anew when the file was changed. */
export async function install(job: Job): Promise<Result> {
  const { launchctl } = job;
  const loaded = await launchctl.isLoaded();
  if (typeof loaded !== 'boolean') return refused(loaded);
  const missing = executableFault(job);
  if (missing !== null) return missing;
  const file = stateOf(job);
  if ('result' in file) return file;
  if (file.kind === 'untrusted')
    return badFile(file.detail, 'look at who put it there, take it away and try again');
  if (file.kind === 'same') {
    if (loaded) return { result: 'unchanged', detail: 'the service is installed' };
    return (await load(job)) ?? { result: 'done', detail: 'the service is installed' };
  }
  if (loaded) {
    const ended = await unload(job);
    if (ended !== null) return ended;
  }
  const unwritten = write(job);
  if (unwritten !== null) {
    // With the file of before it is better than none.
    if (loaded) await load(job);
    return unwritten;
  }
  return (
    (await load(job)) ?? {
      result: 'done',
      detail: loaded ? 'the service was installed anew' : 'the service is installed',
    }
  );
}

/** Loads the job, or starts it when it is loaded and does not run. */
export async function start(job: Job): Promise<Result> {
  const loaded = await job.launchctl.isLoaded();
  if (typeof loaded !== 'boolean') return refused(loaded);
  if (!loaded) return (await load(job)) ?? { result: 'done', detail: 'the service is started' };
  const answer = await job.launchctl.kickstart();
  if (answer.kind === 'done' || isPassing(answer.refusal.reason))
    return { result: 'unchanged', detail: 'the service was loaded already' };
  if (answer.refusal.reason !== 'not-loaded') return refused(answer);
  return (await load(job)) ?? { result: 'done', detail: 'the service is started' };
}

/** Ends the job and waits until launchd has let go of it. Nothing is disabled, so it comes back at the next start of the Mac. */
export async function stop(job: Job): Promise<Result> {
  const loaded = await job.launchctl.isLoaded();
  if (typeof loaded !== 'boolean') return refused(loaded);
  if (!loaded) return { result: 'unchanged', detail: 'the service was not loaded' };
  return (
    (await unload(job)) ?? {
      result: 'done',
      detail:
        'the service is stopped until "spillwatch service start" or the next start of the Mac',
    }
  );
}

/** Ends the job and starts it again; one that is not loaded is loaded. */
export async function restart(job: Job): Promise<Result> {
  const loaded = await job.launchctl.isLoaded();
  if (typeof loaded !== 'boolean') return refused(loaded);
  const started: Result = { result: 'done', detail: 'the service is started' };
  if (!loaded) return (await load(job)) ?? started;
  for (let tries = 1; ; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    const answer = await job.launchctl.kickstartAnew();
    if (answer.kind === 'done') return { result: 'done', detail: 'the service is started anew' };
    const { reason } = answer.refusal;
    // oxlint-disable-next-line no-await-in-loop -- the last of the tries
    if (reason === 'not-loaded') return (await load(job)) ?? started;
    if (!isPassing(reason) || tries === LOAD_TRIES) return refused(answer);
    // oxlint-disable-next-line no-await-in-loop -- the pause between them
    await job.pause(PAUSE_MS);
  }
}

/** `null` when the job is loaded. */
async function load(job: Job): Promise<Failure | null> {
  const { launchctl, file } = job;
  const state = stateOf(job);
  if ('result' in state) return state;
  if (state.kind === 'missing')
    return badFile(`${file.path}: is not there`, 'sudo spillwatch service install');
  if (state.kind === 'untrusted')
    return badFile(state.detail, 'take it away, then: sudo spillwatch service install');
  const enabled = await launchctl.enable();
  if (enabled.kind === 'refused') return refused(enabled);
  for (let tries = 1; ; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    const answer = await launchctl.bootstrap(file.path);
    if (answer.kind === 'done') break;
    if (!isPassing(answer.refusal.reason)) return refused(answer);
    // oxlint-disable-next-line no-await-in-loop -- whether something else has loaded it
    if ((await launchctl.isLoaded()) === true) break;
    if (tries === LOAD_TRIES) return faultOf(job, answer);
    // oxlint-disable-next-line no-await-in-loop -- the pause between them
    await job.pause(PAUSE_MS);
  }
  // A job was seen to be loaded and not started (openbase-community/openbase#15); whether it runs is asked of the agent.
  await launchctl.kickstart();
  return null;
}

/** `null` when launchd does not have the job any more. */
async function unload({ launchctl, pause }: Job): Promise<Failure | null> {
  const answer = await launchctl.bootout();
  for (let polls = 1; ; polls += 1) {
    // oxlint-disable-next-line no-await-in-loop -- until it is gone
    const loaded = await launchctl.isLoaded();
    if (loaded === false) return null;
    if (loaded !== true) return refused(loaded);
    if (answer.kind === 'refused' && !isPassing(answer.refusal.reason)) return refused(answer);
    if (polls === END_POLLS) break;
    // oxlint-disable-next-line no-await-in-loop -- the pause between two questions
    await pause(PAUSE_MS);
  }
  return {
    result: 'failed',
    reason: 'still-loaded',
    detail: `launchd has not let go of the service within ${END_POLLS} seconds`,
    fix: 'try again; when it stays, restart the Mac',
  };
}

/** 5 has many causes: which of them is it? */
function faultOf(job: Job, answer: Refused): Failure {
  const state = stateOf(job);
  if ('result' in state) return state;
  const missing = executableFault(job);
  if (missing !== null) return missing;
  if (state.kind === 'different')
    return badFile(`launchd refuses the job: ${state.detail}`, 'sudo spillwatch service install');
  return refused(answer);
}

function isPassing(reason: RefusalReason): boolean {
  return reason === 'under-way' || reason === 'input-output';
}

function executableFault({ executable, owner }: Job): Failure | null {
  const fault = programFault(executable, owner);
  if (fault === null) return null;
  return {
    result: 'failed',
    reason: 'not-installed',
    detail: `${executable}: ${fault}`,
    fix: 'install the package of Spillwatch (again)',
  };
}

function stateOf({ file }: Job): ReturnType<JobFile['state']> | Failure {
  try {
    return file.state();
  } catch (error) {
    return fileFailure(error);
  }
}

function write({ file }: Job): Failure | null {
  try {
    file.write();
    return null;
  } catch (error) {
    return fileFailure(error);
  }
}

function fileFailure(error: unknown): Failure {
  if (!(error instanceof JobFileError)) throw error;
  return badFile(error.message, 'mend it, then: sudo spillwatch service install');
}

function badFile(detail: string, fix: string): Failure {
  return { result: 'failed', reason: 'bad-job-file', detail, fix };
}

function refused({ refusal }: Refused): Failure {
  return { result: 'failed', reason: refusal.reason, ...describeRefusal(refusal) };
}
