import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { ListThreads } from '../../collectors/processes/list-threads.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { SecretTables } from '../../rules/catalogue/redaction-tools.ts';
import { listThreadScript } from '../addons.ts';
import { keep, loadKept } from '../config/kept-settings.ts';
import { LiveConfig } from '../config/live-config.ts';
import type { ConfigPlaces } from '../config/places.ts';
import { shownValue } from '../config/shown-value.ts';
import type { Config } from '../config.ts';
import { clock, type Ended, runDaemon } from '../daemon.ts';
import { readDestinations } from '../deliver/destination.ts';
import { toSummary } from '../deliver/formats/summary.ts';
import { type AgentLog, openLog } from '../health/log.ts';
import type { LogFile } from '../health/log-file.ts';
import { refuseTaken } from '../health/status-socket.ts';
import type { Knowledge } from '../knowledge.ts';
import { Redactor } from '../redaction/redactor.ts';
import { RunningConfig } from '../running-config.ts';
import { liveSources } from '../sources.ts';
import { openOrRecover } from '../store/recovery.ts';
import { stateKey } from '../store/state-key.ts';
import { configPlaces } from './agent-config.ts';
import { environmentOf } from './environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { guardedKnowledge, newerKnowledge, openLogFile } from './guarded.ts';
import { readTables } from './secret-tables.ts';
import type { Output } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

/** Makes the running agent send a canary at once. */
export const CANARY_SIGNAL = 'SIGUSR2';

export interface RunOptions {
  readonly state: string;
  readonly config?: string;
  readonly rules?: string;
  /** File of the log; standard error without it. */
  readonly log?: string;
}

/** What tests bring from outside. */
export interface RunParts {
  readonly places?: ConfigPlaces;
  readonly signal?: AbortSignal;
  /** How often the files of the configuration are looked at. */
  readonly lookMs?: number;
}

/** After so long without Full Disk Access launchd is left to start a new process, which it does at once. */
const BLIND_MS = 10 * 60_000;
/** Between two restarts that the configuration makes. */
const CALM_MS = 60_000;

/**
 * `spillwatch run`: the agent in the foreground, until SIGTERM or SIGINT. Findings go to stdout as summaries, the log to stderr
 * or a file as JSON lines. Its own files are checked strictly at the start. Afterwards it ends by a signal, for a new process
 * that may have Full Disk Access, and when its state cannot be used any more. Other values in the configuration start
 * everything in it anew, in the same process.
 */
export async function run(
  options: RunOptions,
  output: Output,
  parts: RunParts = {},
): Promise<ExitCode> {
  let file: LogFile | null = null;
  try {
    file = options.log === undefined ? null : openLogFile(options.log);
    const log = openLog(file ?? pino.destination({ dest: 2, sync: true }));
    await untilStopped(parts.signal, (stop) =>
      listening((onCanaryWanted) =>
        runAll({ options, output, parts, log, file, onCanaryWanted }, stop.signal),
      ),
    );
    log.info('stopped');
    return EXIT.done;
  } catch (error) {
    return refused(error, output);
  } finally {
    file?.close();
  }
}

/** Acts while the signal for a canary does what was given last; a process that does not listen is ended by it. */
async function listening(
  act: (onCanaryWanted: (send: () => void) => void) => Promise<void>,
): Promise<void> {
  let sendCanary: (() => void) | null = null;
  const onSignal = (): void => sendCanary?.();
  process.on(CANARY_SIGNAL, onSignal);
  try {
    await act((send) => {
      sendCanary = send;
    });
  } finally {
    process.off(CANARY_SIGNAL, onSignal);
  }
}

interface Place {
  readonly options: RunOptions;
  readonly output: Output;
  readonly parts: RunParts;
  readonly log: AgentLog;
  readonly file: LogFile | null;
  readonly onCanaryWanted: (send: () => void) => void;
}

/** What goes from one run to the next. */
interface Lasting {
  readonly threads: ListThreads;
  readonly knowledge: Knowledge;
}

/** One run after the other until the signal aborts, each with the configuration as it is by then. */
async function runAll(place: Place, signal: AbortSignal): Promise<void> {
  const { options, parts, file, log } = place;
  const places = parts.places ?? configPlaces(options.config);
  const live = new LiveConfig(places, loadKept(options.state), () => performance.now());
  let reading = await live.start();
  const threads = new ListThreads(listThreadScript());
  let knowledge = guardedKnowledge(options.rules);
  let restartedMs = -Infinity;
  for (;;) {
    const configuration = new RunningConfig(live, reading, () => {
      file?.look();
      return performance.now() - restartedMs >= CALM_MS;
    });
    // oxlint-disable-next-line no-await-in-loop -- one run after the other
    const outcome = await runOnce({ ...place, threads, knowledge }, configuration, signal);
    keep(options.state, configuration.latest.settings);
    if (outcome === 'blind') log.info('ended, so that a new process may have Full Disk Access');
    if (outcome !== 'reconfigured') return;
    reading = configuration.latest;
    knowledge = newerKnowledge(options.rules, knowledge);
    restartedMs = performance.now();
  }
}

/** Everything from opening the state to closing it. */
async function runOnce(
  {
    options,
    output,
    parts: { lookMs },
    log,
    file,
    onCanaryWanted,
    threads,
    knowledge,
  }: Place & Lasting,
  configuration: RunningConfig,
  signal: AbortSignal,
): Promise<Ended> {
  const { config, settings } = configuration.started;
  const { destinations } = readDestinations(config.deliver);
  await refuseTaken(options.state);
  const tables = readTables();
  const { connection, recovered } = openOrRecover(options.state);
  const key = stateKey(options.state, randomBytes);
  keep(options.state, settings);
  const redactor = textRedactor(config, key, tables);
  const hosts = [...knowledge.catalogue.services.values()].flatMap(({ hosts: names }) => names);
  return runDaemon(
    {
      stateFolder: options.state,
      connection,
      key,
      recovered,
      redactText: (text) => redactor.redactText(text),
      config,
      configProblems: configuration.problems(),
      lookAtConfig: async (isBusy) => {
        const found = await configuration.look(isBusy);
        if (found !== null) keep(options.state, configuration.latest.settings);
        return found;
      },
      ...(lookMs !== undefined && { lookMs }),
      ...(process.platform === 'darwin' && process.ppid === 1 && { blindMs: BLIND_MS }),
      ...(file && { logLeftOut: () => file.leftOut }),
      destinations,
      environment: environmentOf(process.env),
      origins: [...settings.values()].map((setting) => ({
        key: setting.key.path,
        value: setting.key.hasSecrets ? null : shownValue(setting),
        origin: setting.origin,
      })),
      knowledge,
      sources: (needs) => liveSources(config, hosts, clock, needs, threads),
      emit: (finding) => {
        const summary = toSummary(finding);
        log.finding(summary);
        output.out(`${JSON.stringify(summary)}\n`);
      },
      log: log.health,
      heartbeat: log.heartbeat,
      onCanaryWanted,
      onReady: () => {
        log.info('started', { version: packageJson.version, state: options.state });
      },
    },
    signal,
  );
}

/** A text of the log is never dropped as a whole: people need the part of it that is no secret. */
function textRedactor({ redaction }: Config, key: Uint8Array, tables: SecretTables): Redactor {
  return new Redactor(
    redaction.mode === 'hash' ? { kind: 'hash', key } : { kind: 'redact' },
    tables,
  );
}
