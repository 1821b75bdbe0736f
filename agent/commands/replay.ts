import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CaptureReader } from '../../collectors/capture.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type Finding, SEVERITIES, type Severity } from '../../rules/finding.ts';
import { assemble, type Engine } from '../assemble.ts';
import { ManifestCheck } from '../capture-manifest.ts';
import {
  type Config,
  ConfigError,
  describeConfigProblem,
  readConfig,
  readConfigFile,
} from '../config.ts';
import { encode } from '../deliver/formats/encode.ts';
import type { Format } from '../deliver/transport.ts';
import { Ledger, sum } from '../health/ledger.ts';
import { InputError, loadKnowledge } from '../knowledge.ts';
import { saveSnapshot } from '../snapshot.ts';
import { openInFolder, openInMemory } from '../store/database.ts';
import { stateKey } from '../store/state-key.ts';
import { Store } from '../store/store.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { type Output, printable } from './terminal.ts';

export interface ReplayOptions {
  /** Paths in order of time; `-` is standard input. */
  readonly captures: readonly string[];
  readonly config?: string;
  readonly rules?: string;
  readonly format: Format;
  /** Folder of the database; without it the database lives in memory. */
  readonly state?: string;
  readonly failOn?: Severity;
}

/** `spillwatch replay`: the same engine as live, on recorded telemetry. Everything is checked before the first line goes out. */
export async function replay(options: ReplayOptions, output: Output): Promise<ExitCode> {
  let worst = -1;
  let emissions = 0;
  const findings = new Set<string>();
  const emit = (finding: Finding): void => {
    emissions += 1;
    findings.add(finding.id);
    worst = Math.max(worst, SEVERITIES.indexOf(finding.severity));
    const sender = { host: finding.host, version: packageJson.version };
    output.out(`${encode({ kind: 'finding', finding }, options.format, sender).body}\n`);
  };

  try {
    const run = await runCaptures(options, emit);
    for (const line of run.problems) output.err(`${printable(line)}\n`);
    output.err(`${counts(run.ledger)} findings=${findings.size} emissions=${emissions}\n`);
    if (run.problems.length > 0 && run.hasRefusedRules) return EXIT.unreadable;
  } catch (error) {
    return refused(error, output);
  }
  const limit = options.failOn === undefined ? Infinity : SEVERITIES.indexOf(options.failOn);
  return worst >= limit ? EXIT.finding : EXIT.done;
}

export interface CaptureRun {
  readonly ledger: Ledger;
  readonly engine: Engine;
  /** Lines about rules, catalogue and configuration that could not be used. */
  readonly problems: readonly string[];
  readonly hasRefusedRules: boolean;
}

/** Replays captures into an engine; throws `ConfigError`, `StateError` or `InputError` before anything is judged. */
export async function runCaptures(
  options: Pick<ReplayOptions, 'captures' | 'config' | 'rules' | 'state'>,
  emit: (finding: Finding) => void,
): Promise<CaptureRun> {
  const { config, warnings } = await configOf(options.config);
  const knowledge = loadKnowledge(options.rules);
  await Promise.all(options.captures.map(checkReadable));
  const store = new Store(
    options.state === undefined ? openInMemory() : openInFolder(options.state),
  );
  const ledger = new Ledger();
  const doubts: string[] = [];
  try {
    const { catalogue, rules } = knowledge;
    const key =
      options.state === undefined ? randomBytes(32) : stateKey(options.state, randomBytes);
    const engine = assemble({ config, catalogue, rules, store, ledger, emit, key });
    const reader = new CaptureReader(engine.pipeline, engine.connections);
    for (const path of options.captures) {
      // oxlint-disable-next-line no-await-in-loop -- captures continue each other
      doubts.push(...(await readAll(path, reader)));
      reader.end();
    }
    engine.pipeline.end();
    if (options.state !== undefined) {
      const { facts, coverage, pipeline } = engine;
      saveSnapshot({
        store,
        facts,
        coverage,
        timeline: pipeline.timeline,
        connections: () => reader.state(),
      });
    }
    return {
      ledger,
      engine,
      problems: [...warnings, ...knowledge.problems, ...doubts],
      hasRefusedRules: knowledge.hasRefused,
    };
  } finally {
    store.close();
  }
}

/** The configuration of a verb; throws a `ConfigError` for a file that cannot be read or a bad value in it. */
export async function configOf(path: string | undefined): Promise<{
  readonly config: Config;
  readonly warnings: readonly string[];
}> {
  if (path === undefined) return { config: readConfig({}).config, warnings: [] };
  const { config, problems } = await readConfigFile(path);
  const bad = problems.find((problem) => problem.kind === 'bad-value');
  if (bad) throw new ConfigError(`${path}: ${describeConfigProblem(bad)}`);
  return {
    config,
    warnings: problems.map((problem) => `${path}: ${describeConfigProblem(problem)}`),
  };
}

async function checkReadable(path: string): Promise<void> {
  if (path === '-') return;
  try {
    await access(path, constants.R_OK);
    if ((await stat(path)).isDirectory())
      throw new InputError(`${path}: is a folder; name the capture file in it`);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw unreadable(path, cause);
  }
}

/** Reads a capture; a line for a person when it is not what its manifest says, or when that says it is not complete. */
async function readAll(path: string, reader: CaptureReader): Promise<readonly string[]> {
  const check = new ManifestCheck();
  const stream: Readable = path === '-' ? process.stdin : createReadStream(path);
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      check.push(chunk);
      reader.push(chunk);
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const misfit = check.end();
  if (misfit !== null)
    return [`${path}: ${misfit}; it was changed or damaged after it was recorded`];
  const { missing } = check;
  if (missing === null) return [];
  return [
    `${path}: the recording is not complete (${missing}); steps may be missing, so finding nothing proves nothing`,
  ];
}

function unreadable(path: string, cause: unknown): InputError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new InputError(`${path}: cannot be read (${reason}); check path and owner`, { cause });
}

/** `received=9 stored=2 skipped=6 dropped=1 (bad-json 1)`: with the reasons of what was lost. */
function counts(ledger: Ledger): string {
  const { received, stored, skipped, dropped, badRows } = ledger.total();
  const reasons = [...dropped].map(([reason, count]) => `${reason} ${count}`).join(', ');
  return [
    `received=${received}`,
    `stored=${stored}`,
    `skipped=${sum(skipped)}`,
    `dropped=${sum(dropped)}${reasons === '' ? '' : ` (${reasons})`}`,
    ...(badRows > 0 ? [`badRows=${badRows}`] : []),
  ].join(' ');
}
