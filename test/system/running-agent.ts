import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Check } from '../../agent/commands/check.ts';
import type { Summary } from '../../agent/deliver/formats/summary.ts';
import type { HealthEvent } from '../../agent/health/health.ts';
import type { StatusReport } from '../../agent/health/report.ts';
import { askStatus } from '../../agent/health/status-socket.ts';
import { PROJECT, program, spillwatch } from '../support/command.ts';
import { until } from './until.ts';

export const NODE = join(PROJECT, 'node_modules/.bin/node');
export const HELPER = join(PROJECT, 'test/fixtures/programs/following-helper.ts');
export const HELPER_SH = join(PROJECT, 'test/fixtures/programs/es-helper.sh');

/** A folder of its own for one agent: configuration, feed of the stand-in helper and state. */
export interface Site {
  readonly folder: string;
  readonly config: string;
  readonly state: string;
  /** What the helper follows; whatever is appended to it is told. */
  readonly feed: string;
}

/** Prepares a site. Without `helper` the one that follows `feed` and sees the canary; names are looked up nowhere. */
export function makeSite(
  helper?: readonly string[],
  config: Readonly<Record<string, unknown>> = {},
): Site {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-system-'));
  // Programs of other users reach the files that are for them.
  chmodSync(folder, 0o755);
  const state = join(folder, 'state');
  const feed = join(folder, 'feed.ndjson');
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(feed, '');
  const command = helper ?? [NODE, HELPER, '--feed', feed, '--state', state];
  const document = {
    endpointSecurity: { command },
    network: { resolver: false, idleSeconds: 1 },
    ...config,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(document));
  return { folder, config: join(folder, 'config.json'), state, feed };
}

/** `time` is in milliseconds since 1970. */
export type LogLine = Partial<HealthEvent> & { readonly msg: string; readonly time?: number };

export interface StartOptions {
  /** What the commands of the collectors are looked up in. The single executable takes that from nobody, so the project runs. */
  readonly path?: string;
  /** Arguments before the program: `--import` of something that changes the world for this run. */
  readonly nodeArgs?: readonly string[];
  /** A program that starts another one: it gets the whole command line as its last arguments. */
  readonly wrapper?: readonly string[];
}

function whereOf({ config, state }: Site): readonly string[] {
  return ['--config', config, '--state', state];
}

/** Restarts come at once: the only thing random in the supervisor is how long it waits. */
export const NO_DELAYS = ['--import', 'data:text/javascript,Math.random=()=>0'] as const;

/** A real `spillwatch run`. */
export class RunningAgent {
  readonly site: Site;
  readonly #child: ChildProcess;
  #out = '';
  #err = '';

  constructor(site: Site, { path, nodeArgs = [], wrapper = [] }: StartOptions = {}) {
    this.site = site;
    const started = program(path === undefined ? nodeArgs : ['--no-warnings', ...nodeArgs]);
    const words: readonly string[] = [...wrapper, ...started, 'run', ...whereOf(site)];
    const [file = NODE, ...args] = words;
    this.#child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: path ?? '/usr/bin:/bin:/usr/sbin:/sbin' },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything it wrote to standard error. */
  get errors(): string {
    return this.#err;
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  log(): readonly LogLine[] {
    return jsonLines(this.#err) as readonly LogLine[];
  }

  findings(): readonly Summary[] {
    return jsonLines(this.#out) as readonly Summary[];
  }

  /** Health events with this code, all that were logged. */
  events(code: string, state?: HealthEvent['state']): readonly LogLine[] {
    return this.log().filter(
      (line) => line.code === code && (state === undefined || line.state === state),
    );
  }

  /** Waits until a trouble was raised or noted, and gives it. */
  told(code: string, ms?: number): Promise<LogLine> {
    return until(`health event ${code}`, () => this.events(code)[0] ?? this.#stillRuns(), ms);
  }

  async started(): Promise<this> {
    await until(
      'the start',
      () => this.log().some(({ msg }) => msg === 'started') || this.#stillRuns(),
    );
    return this;
  }

  /** Its own account of itself; throws when it does not answer. */
  async report(state = this.site.state): Promise<StatusReport> {
    const answer = await askStatus(state);
    if (answer === null)
      throw new Error(`no answer from the agent (${this.#ending})\n${this.#err.slice(-2000)}`);
    return answer as StatusReport;
  }

  /** `spillwatch status --json` as a person calls it. */
  async status(): Promise<{ readonly code: number | null; readonly report: StatusReport }> {
    const { code, out } = await spillwatch(['status', '--json', '--state', this.site.state]);
    return { code, report: JSON.parse(out) as StatusReport };
  }

  /** What `spillwatch doctor --json` checks. */
  async checks(...options: readonly string[]): Promise<readonly Check[]> {
    const { state, config } = this.site;
    const where = ['--state', state, '--config', config];
    const { out } = await spillwatch(['doctor', '--json', ...where, ...options]);
    return jsonLines(out) as readonly Check[];
  }

  /** Names of the checks of `doctor` that fail. */
  async faults(): Promise<readonly string[]> {
    return (await this.checks()).filter(({ result }) => result === 'fail').map(({ name }) => name);
  }

  /** Waits until `doctor` names a fault. */
  async doctorNames(name: string, ms?: number): Promise<void> {
    await until(`doctor to name ${name}`, async () => (await this.faults()).includes(name), ms);
  }

  /** SIGTERM; gives exit code and milliseconds until it was gone. */
  async stop(): Promise<{ readonly code: number | null; readonly ms: number }> {
    const startedAt = performance.now();
    if (!this.isOver) {
      const over = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await over;
    }
    return { code: this.#child.exitCode, ms: performance.now() - startedAt };
  }

  /** SIGKILL, in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.isOver) return;
    const over = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await over;
  }

  get #ending(): string {
    const { exitCode, signalCode } = this.#child;
    return this.isOver ? `exit ${exitCode ?? signalCode}` : 'running';
  }

  #stillRuns(): null {
    if (this.isOver)
      throw new Error(`the agent has ended (${this.#ending})\n${this.#err.slice(-4000)}`);
    return null;
  }
}

/** Records that are neither stored, skipped, dropped nor held: none, when everything is accounted for. */
export function unaccounted({ collectors, held }: StatusReport): number {
  let open = -held;
  for (const { received, stored, skipped, dropped } of collectors)
    open += received - stored - total(skipped) - total(dropped);
  return open;
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function collectorOf(
  report: StatusReport,
  part: string,
): StatusReport['collectors'][number] {
  const found = report.collectors.find((collector) => collector.part === part);
  if (!found) throw new Error(`no collector ${part}`);
  return found;
}

export interface StoredFinding {
  readonly sequence: number;
  readonly findingId: string;
  readonly versionId: string;
  readonly document: Record<string, unknown>;
}

/** What the database of a state folder holds, oldest first. */
export function storedFindings(state: string): readonly StoredFinding[] {
  const database = new Database(join(state, 'spillwatch.db'), { readonly: true });
  try {
    return database
      .prepare<[], { sequence: number; findingId: string; versionId: string; document: string }>(
        'SELECT sequence, finding_id AS findingId, version_id AS versionId, document FROM findings ORDER BY sequence',
      )
      .all()
      .map((row) => ({ ...row, document: JSON.parse(row.document) as Record<string, unknown> }));
  } finally {
    database.close();
  }
}

function jsonLines(text: string): readonly unknown[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as unknown] : []));
}
