import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Manifest } from '../capture-manifest.ts';
import type { Config } from '../config.ts';
import { clock } from '../daemon.ts';
import { Health, type HealthEvent } from '../health/health.ts';
import { InputError, loadKnowledge } from '../knowledge.ts';
import type { LiveNeeds } from '../live-needs.ts';
import { Recording, type RecordingOptions } from '../recording.ts';
import { RecordingNeeds } from '../recording-needs.ts';
import { PathHider } from '../redaction/path-hider.ts';
import { Redactor } from '../redaction/redactor.ts';
import { liveSources } from '../sources.ts';
import { pause, type Supervised, Supervisor } from '../supervise.ts';
import { agentConfig } from './agent-config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { readTables } from './secret-tables.ts';
import { type Output, printable } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

export interface CaptureOptions {
  /** The file to make; one that is there already is refused. */
  readonly file: string;
  /** How long to record; without it until SIGINT or SIGTERM. */
  readonly seconds?: number;
  /** Writes secrets of command lines, too. */
  readonly raw?: boolean;
  readonly config?: string;
}

/** What a recording is made of; tests give other ones. */
export interface CaptureParts {
  /** The sources, in the order in which they are started. */
  readonly sources?: (needs: LiveNeeds) => readonly Supervised[];
  /** Ends the recording. */
  readonly signal?: AbortSignal;
}

/** How long the sources may take to stop, in milliseconds. */
const STOP_MS = 5000;

/**
 * `spillwatch capture`: writes what the live sources see to a file, for `spillwatch replay`. Secrets of command lines and names become
 * placeholders of a key that is forgotten afterwards, so that equal ones can still be told. Exit 1 when the file cannot be
 * made or was cut short.
 */
export async function capture(
  options: CaptureOptions,
  output: Output,
  parts: CaptureParts = {},
): Promise<ExitCode> {
  try {
    const { config } = await agentConfig(options.config);
    const manifest = await untilStopped(parts.signal, (stop) =>
      record(options, config, output, parts, stop),
    );
    output.err(`${printable(outcome(options.file, manifest))}\n`);
    const isShort = !manifest || 'disk-full' in manifest.lost || 'write-failed' in manifest.lost;
    return isShort ? EXIT.unreadable : EXIT.done;
  } catch (error) {
    return refused(error, output);
  }
}

async function record(
  options: CaptureOptions,
  config: Config,
  output: Output,
  parts: CaptureParts,
  stop: AbortController,
): Promise<Manifest | null> {
  const { catalogue } = loadKnowledge();
  const hosts = [...catalogue.services.values()].flatMap(({ hosts: names }) => names);
  const { exportMinutes, flowMinutes } = config.windows;
  const needs = new RecordingNeeds(catalogue, clock, (exportMinutes + flowMinutes) * 60_000_000);
  const tables = readTables();
  const key = randomBytes(32);
  const recording = open(options.file, {
    redactor: options.raw ? null : new Redactor({ kind: 'hash', key }, tables),
    hider: new PathHider(key, catalogue.exportExtensions),
    clock,
  });
  if (options.raw)
    output.err(
      `${printable(options.file)}: will hold passwords and other secrets of command lines as they are; delete it when it has served\n`,
    );
  const texts = new Redactor({ kind: 'redact' }, tables);
  const health = new Health(
    clock,
    (event) => {
      if (event.state !== 'cleared') output.err(`${printable(healthLine(event))}\n`);
    },
    (text) => texts.redactText(text),
  );
  const supervisor = new Supervisor({
    health,
    clock,
    random: Math.random,
    line: (text) => {
      recording.line(text);
      needs.line(text);
      if (recording.hasFailed) stop.abort();
      return true;
    },
    lost: (_, reason) => {
      recording.lose(reason);
    },
  });
  const sources = parts.sources?.(needs) ?? liveSources(config, hosts, clock, needs);
  const running = sources.map((source) => supervisor.keep(source, stop.signal));
  await pause(options.seconds === undefined ? FOREVER_MS : options.seconds * 1000, stop.signal);
  stop.abort();
  await Promise.race([Promise.all(running), delay(STOP_MS, undefined, { ref: false })]);
  for (const { restarts } of supervisor.reports())
    if (restarts > 0) recording.lose('source-failed', restarts);
  if (needs.unreported > 0) recording.lose('not-reported', needs.unreported);
  return recording.close();
}

/** Longest pause that timers of Node know: 24 days. */
const FOREVER_MS = 2 ** 31 - 1;

function open(path: string, options: RecordingOptions): Recording {
  try {
    return new Recording(path, options);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const advice =
      reason === 'EEXIST'
        ? 'is there already; name a new file'
        : `cannot be made (${reason}); check the folder`;
    throw new InputError(`${path}: ${advice}`, { cause });
  }
}

function healthLine({ part, code, detail }: HealthEvent): string {
  return `${part}: ${code}: ${detail}`;
}

function outcome(file: string, manifest: Manifest | null): string {
  if (!manifest) return `${file}: was cut short and has no manifest; make room and record again`;
  const { lines, complete, lost } = manifest;
  const reasons = Object.entries(lost).map(([reason, count]) => `${reason} ${count}`);
  return `${file}: ${lines} lines, ${complete ? 'complete' : `not complete (${reasons.join(', ')})`}`;
}
