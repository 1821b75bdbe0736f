/**
 * The port to launchd: /bin/launchctl with the verbs of today. Only exit codes are read; what it prints is declared to be no
 * interface (launchctl(1), `print`). Each call is bounded in time and output and never rejects.
 */
import { outcomeOf } from '../../collectors/command.ts';
import { type Refusal, reasonOf } from './refusal.ts';

export type Answer = { readonly kind: 'done' } | Refused;

export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

export interface LaunchctlSettings {
  /** Absolute path. */
  readonly file?: string;
  /** Name of the job, in the domain of the system. */
  readonly label: string;
  /** For one call. launchd gives a job that ends 20 seconds (`ExitTimeOut`). */
  readonly timeoutMs?: number;
}

const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Characters that are kept of what it writes. */
const MAX_TEXT = 200;

export class Launchctl {
  readonly #file: string;
  readonly #target: string;
  readonly #timeoutMs: number;

  constructor({ file = '/bin/launchctl', label, timeoutMs = 40_000 }: LaunchctlSettings) {
    this.#file = file;
    this.#target = `system/${label}`;
    this.#timeoutMs = timeoutMs;
  }

  /** Does launchd have the job? That says nothing of whether it runs. */
  async isLoaded(): Promise<boolean | Refused> {
    const answer = await this.#run('print', this.#target);
    if (answer.kind === 'done') return true;
    return answer.refusal.reason === 'not-loaded' ? false : answer;
  }

  /** Takes back a `disable`, which outlives restarts and removals. */
  enable(): Promise<Answer> {
    return this.#run('enable', this.#target);
  }

  /** Loads the job, which starts with it. */
  bootstrap(jobFile: string): Promise<Answer> {
    return this.#run('bootstrap', 'system', jobFile);
  }

  /** Ends the job and unloads it. launchd may go on doing so when this is done; `--wait` is no option on macOS 15 (nix-community/home-manager#9585). */
  bootout(): Promise<Answer> {
    return this.#run('bootout', this.#target);
  }

  /** Starts a loaded job; one that runs goes on. */
  kickstart(): Promise<Answer> {
    return this.#run('kickstart', this.#target);
  }

  /** Ends a loaded job and starts it again. */
  kickstartAnew(): Promise<Answer> {
    return this.#run('kickstart', '-k', this.#target);
  }

  async #run(...args: readonly string[]): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const outcome = await outcomeOf(this.#file, args, { signal, maxBytes: MAX_OUTPUT_BYTES });
    if (outcome.kind === 'done') return { kind: 'done' };
    const { error, complaint } = outcome;
    const text = (complaint.trim().split('\n')[0] ?? '').slice(0, MAX_TEXT);
    const refused = (reason: Refusal['reason'], code: number | null): Refused => ({
      kind: 'refused',
      refusal: { reason, code, text },
    });
    if (signal.aborted) return refused('hung', null);
    if (error.code === 'ENOENT') return refused('missing', null);
    return typeof error.code === 'number'
      ? refused(reasonOf(error.code), error.code)
      : refused('unknown', null);
  }
}
