/**
 * The live agent: builds everything, starts it in order and stops it in reverse. The only place where the wall clock,
 * randomness and timers come in.
 *
 * Start: state, engine, status socket, accounts, Endpoint Security, process list, folders, connections, canary. Stop within
 * five seconds, whatever hangs: collectors, queue, timeline, snapshot, socket, database.
 */
import { hostname, uptime } from 'node:os';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { CaptureReader } from '../collectors/capture.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Finding } from '../rules/finding.ts';
import { assemble } from './assemble.ts';
import type { Config } from './config.ts';
import { Delivery } from './deliver/delivery.ts';
import type { Destination } from './deliver/destination.ts';
import type { Sender } from './deliver/formats/sender.ts';
import { toRfc3339 } from './deliver/formats/time.ts';
import { Canary } from './health/canary.ts';
import { CanaryWatch } from './health/canary-watch.ts';
import { ConfigTrouble } from './health/config-trouble.ts';
import { Health, type HealthEvent } from './health/health.ts';
import { Ledger, sum } from './health/ledger.ts';
import { Pulse } from './health/pulse.ts';
import type { StatusReport } from './health/report.ts';
import { RunningMark } from './health/running-mark.ts';
import { statusReport } from './health/status-report.ts';
import { serveStatus } from './health/status-socket.ts';
import { StoreTrouble } from './health/store-trouble.ts';
import { Unreadable } from './health/unreadable.ts';
import type { Knowledge } from './knowledge.ts';
import { type LiveNeeds, liveNeeds } from './live-needs.ts';
import { PeriodicSnapshot } from './periodic-snapshot.ts';
import { LineQueue } from './queue.ts';
import type { ConfigLook } from './running-config.ts';
import { Numbers } from './store/numbers.ts';
import { Outbox } from './store/outbox.ts';
import type { Recovered } from './store/recovery.ts';
import { Reserve } from './store/reserve.ts';
import { Retention } from './store/retention.ts';
import type { Connection } from './store/sqlite.ts';
import { StateError } from './store/state-error.ts';
import { Store } from './store/store.ts';
import { pause, type Supervised, Supervisor } from './supervise.ts';
import { LATENESS_US } from './timeline.ts';

export interface DaemonOptions {
  readonly stateFolder: string;
  readonly connection: Connection;
  /** Of the state folder, for what stands in the place of secrets. */
  readonly key: Uint8Array;
  /** A damaged database that was moved aside at the start. */
  readonly recovered: Recovered | null;
  /** Lines about keys that could not be used. */
  readonly configProblems: readonly string[];
  /** Looks whether the configuration is another by now; `null` when nothing is new. */
  readonly lookAtConfig?: () => Promise<ConfigLook | null>;
  /** How often that is, in milliseconds. */
  readonly lookMs?: number;
  /** Lines that the log had no room for since the last one it took. */
  readonly logLeftOut?: () => number;
  readonly config: Config;
  readonly origins: StatusReport['configuration'];
  readonly knowledge: Knowledge;
  /** The sources, in the order in which they are started; `live` tells them what the engine needs now. */
  readonly sources: (live: LiveNeeds) => readonly Supervised[];
  readonly destinations: readonly Destination[];
  /** Of the process, for proxies. */
  readonly environment: ReadonlyMap<string, string>;
  readonly emit: (finding: Finding) => void;
  readonly log: (event: HealthEvent) => void;
  /** Takes secrets out of what helpers and the system say. */
  readonly redactText: (text: string) => string;
  /** Takes each heartbeat, the first one at the start. */
  readonly heartbeat: (report: StatusReport) => void;
  /** Is given what sends a canary at once. */
  readonly onCanaryWanted?: (send: () => void) => void;
  /** Called once after everything was started. */
  readonly onReady?: () => void;
}

/** From the wish to stop: until then sources may end, and until then what they left is judged. The rest is short. */
const SOURCES_STOP_MS = 3000;
const JUDGE_STOP_MS = 4000;
/** How often waiting records are looked at, and the agent itself. */
const TICK_MS = LATENESS_US / 1000;
const SNAPSHOT_MS = 5 * 60_000;
const LOOK_MS = 5000;
/** One slice of retention; a slice is small, so that it never holds up the reading side. */
const RETENTION_MS = 30_000;
const DAY_US = 24 * 3600 * 1_000_000;

/** The machine's clock in microseconds. */
export const clock = (): number => Date.now() * 1000;
/** Microseconds of a clock that nobody can set. */
const steady = (): number => performance.now() * 1000;

/**
 * Runs until the signal aborts or the configuration has other values; after a clean stop it says which. Throws a `StateError`
 * after a stop that damage of the database made.
 */
export async function runDaemon(
  options: DaemonOptions,
  signal: AbortSignal,
): Promise<'stopped' | 'reconfigured'> {
  const startedUs = clock();
  /** Aborted when the database turns out to be damaged. */
  const damage = new AbortController();
  const reconfigured = new AbortController();
  const health = new Health(
    clock,
    (event) => {
      options.log(event);
      delivery.health(event);
    },
    options.redactText,
  );
  const ledger = new Ledger();
  const outbox = new Outbox(options.connection, options.config.outbox);
  const store = new Store(options.connection, outbox);
  const reserve = new Reserve(options.stateFolder);
  const trouble = new StoreTrouble(health, reserve, options.stateFolder, () => damage.abort());
  const onStoreError = (error: unknown): void => trouble.failed(error);
  /** Nobody knows which Mac this is before the engine was told of it. */
  let sender: (() => Sender | null) | null = null;
  const delivery: Delivery = new Delivery({
    destinations: options.destinations,
    outbox,
    numbers: new Numbers(options.connection),
    sender: () => sender?.() ?? null,
    version: packageJson.version,
    at: {
      wallMs: Date.now,
      steadyMs: () => performance.now(),
      pause,
      hostName: () => sender?.()?.host.name ?? hostname(),
      environment: options.environment,
    },
    random: Math.random,
    nowUs: clock,
    raise: (destination, code, detail) => health.raise('deliver', code, detail, destination),
    clear: (destination, code) => health.clear('deliver', code, destination),
    note: (code, detail, subject) => health.note('deliver', code, detail, subject),
    onStoreError,
  });
  const canary = new Canary(options.stateFolder, steady);
  const uploadListeners: (() => void)[] = [];
  const engine = assemble({
    config: options.config,
    catalogue: options.knowledge.catalogue,
    rules: options.knowledge.rules,
    store,
    ledger,
    outgoing: (finding) => delivery.rowsOf(finding),
    emit: (finding) => {
      options.emit(finding);
      delivery.wake();
    },
    bootUs: startedUs - uptime() * 1_000_000,
    onStoreError,
    key: options.key,
    watch: (event) => {
      canary.watch(event);
      if (event.kind !== 'process.exec') return;
      if (engine.facts.tree.get(event.process)?.upload) for (const tell of uploadListeners) tell();
    },
  });
  const { accounts } = engine.facts;
  sender = () => accounts.seen() && { host: accounts.host(), version: packageJson.version };
  for (const problem of options.knowledge.problems)
    health.raise('rules', 'rules', problem, problem);
  const configTrouble = new ConfigTrouble(health);
  configTrouble.are(options.configProblems);
  const lookAtConfig = async (): Promise<void> => {
    const look = (await options.lookAtConfig?.()) ?? null;
    if (look === null || stop.signal.aborted) return;
    configTrouble.are(look.problems);
    if (look.changed.length === 0) return;
    health.note('configuration', 'reconfigured', `other values: ${look.changed.join(', ')}`);
    reconfigured.abort();
  };
  if (options.recovered) {
    const { movedTo, reason, salvaged } = options.recovered;
    const unsent = `${salvaged.rows} unsent events were taken over${salvaged.bad > 0 ? ', others may be lost' : ''}`;
    health.raise(
      'store',
      'state-lost',
      `the database was damaged (${reason}), now ${movedTo}; ${unsent}`,
    );
  }
  reserve.ensure();
  const mark = new RunningMark(options.stateFolder);
  markRun(mark, startedUs, health, onStoreError);
  const lineageUs = options.config.windows.lineageDays * DAY_US;
  const retention = new Retention(
    options.connection,
    { ...options.config.retention, lineageDays: options.config.windows.lineageDays },
    (id) => clock() - (engine.facts.chains.get(id)?.lastUs ?? 0) <= lineageUs,
  );

  const reader = new CaptureReader(engine.pipeline, engine.connections);
  const { facts, coverage, pipeline } = engine;
  const { timeline } = pipeline;
  const connections = (): readonly string[] => reader.state();
  const snapshots = new PeriodicSnapshot(
    { store, facts, coverage, timeline, connections },
    onStoreError,
  );
  const queue = new LineQueue(
    (line) => {
      reader.line(line);
    },
    {
      now: () => performance.now(),
      next: (run) => {
        globalThis.setImmediate(run);
      },
    },
  );
  // Nobody watched since the last run, so what the chains of that time show has a gap.
  if (store.lastSequence() > 0 || engine.coverage.state().lastUs !== null)
    queue.push(restartNotice(startedUs));
  const supervisor = new Supervisor({
    health,
    clock,
    random: Math.random,
    line: (text) => queue.push(text),
    lost: (name, reason) => {
      engine.pipeline.lost({ collector: name, dropped: reason, sequence: null });
    },
  });

  const stop = new AbortController();
  const pulse = new Pulse(health, { wall: Date.now, steady: () => performance.now() }, TICK_MS);
  let heartbeat = 0;
  const report = (): StatusReport =>
    statusReport({
      ...options,
      engine,
      health,
      ledger,
      store,
      delivery,
      queue,
      supervisor,
      canary,
      pulse,
      startedUs,
      nowUs: clock(),
      heartbeat,
    });
  const server = await serveStatus(options.stateFolder, report);
  const needs = liveNeeds(engine, uploadListeners, options.config, clock);
  const running = options
    .sources(needs)
    .map((supervised) => supervisor.keep(supervised, stop.signal));
  const delivering = delivery.run(stop.signal);
  const unreadable = new Unreadable(health, steady());
  const canaries = new CanaryWatch(canary, health, steady, stop.signal);
  const saveWaiting = (): void => {
    if (engine.pipeline.unsaved().waiting === 0 || !engine.pipeline.retry()) return;
    if (engine.pipeline.unsaved().waiting > 0) void setImmediate().then(saveWaiting);
    else trouble.over();
  };
  const timers = [
    setInterval(() => {
      pulse.beat();
      delivery.tick();
      engine.pipeline.timeline.settle();
      saveWaiting();
      canaries.look(silenceUs(supervisor, clock()));
      unreadable.look(unreadableLines(ledger), steady());
    }, TICK_MS),
    setInterval(() => {
      void snapshots.inSlices(stop.signal);
    }, SNAPSHOT_MS),
    setInterval(() => {
      trim(retention, clock(), onStoreError);
    }, RETENTION_MS),
    setInterval(canaries.send, options.config.canary.minutes * 60_000),
    setInterval(() => {
      void lookAtConfig();
      tellCutLog(health, options.logLeftOut?.() ?? 0);
    }, options.lookMs ?? LOOK_MS),
  ];
  options.onCanaryWanted?.(canaries.send);
  options.onReady?.();
  void keepBeating(options.config.heartbeat.minutes, stop.signal, () => {
    heartbeat += 1;
    const beat = report();
    options.heartbeat(beat);
    delivery.heartbeat(beat);
  });

  const ended = AbortSignal.any([signal, damage.signal, reconfigured.signal]);
  await new Promise<void>((resolve) => {
    if (ended.aborted) resolve();
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
  const stoppedMs = performance.now();
  for (const timer of timers) clearInterval(timer);
  stop.abort();
  await Promise.race([
    Promise.all([...running, delivering]),
    delay(SOURCES_STOP_MS, undefined, { ref: false }),
  ]);
  const left = supervisor.close();
  const unjudged = queue.drain(stoppedMs + JUDGE_STOP_MS);
  noteCutShort(left, unjudged, health);
  engine.pipeline.end();
  while (engine.pipeline.unsaved().waiting > 0 && engine.pipeline.retry());
  snapshots.whole();
  await server.close();
  store.close();
  mark.remove();
  if (damage.signal.aborted)
    throw new StateError(
      `${options.stateFolder}: the database is damaged; start the agent again, which moves it aside`,
    );
  return signal.aborted ? 'stopped' : 'reconfigured';
}

function tellCutLog(health: Health, leftOut: number): void {
  if (leftOut === 0) health.clear('agent', 'log-cut');
  else health.raise('agent', 'log-cut', `${leftOut} lines had no room in the log so far`);
}

/** Heartbeats until the signal aborts, apart by `minutes` and up to a tenth more or less, so that a fleet does not beat as one. */
async function keepBeating(minutes: number, signal: AbortSignal, beat: () => void): Promise<void> {
  while (!signal.aborted) {
    beat();
    // oxlint-disable-next-line no-await-in-loop -- one beat after the other
    await pause(minutes * 60_000 * (0.9 + Math.random() * 0.2), signal);
  }
}

function markRun(
  mark: RunningMark,
  startedUs: number,
  health: Health,
  onError: (error: unknown) => void,
): void {
  try {
    const left = mark.set(toRfc3339(startedUs));
    if (left !== null)
      health.note(
        'agent',
        'unclean-stop',
        `the run that was started ${left} did not end by itself`,
      );
  } catch (error) {
    onError(error);
  }
}

function noteCutShort(left: readonly string[], unjudged: number, health: Health): void {
  if (left.length === 0 && unjudged === 0) return;
  const detail = `not ended in time: ${left.join(', ') || 'none'}; lines that were not judged: ${unjudged}`;
  health.note('agent', 'stop-cut-short', detail);
}

/** How long the sensor said nothing; `null` when it has not spoken in this run. */
function silenceUs(supervisor: Supervisor, nowUs: number): number | null {
  const sensor = supervisor.reports().find(({ part }) => part === 'endpoint-security');
  const { lastLineUs = null } = sensor ?? {};
  // After the clock was set back the last line lies in the future, until the next one comes.
  return lastLineUs === null ? null : Math.abs(nowUs - lastLineUs);
}

/** Records of all sources that could not be read; the sensor's own are among them, whatever they were. */
function unreadableLines(ledger: Ledger): number {
  const { dropped } = ledger.total();
  return sum(dropped) - (dropped.get('queue-full') ?? 0);
}

function trim(retention: Retention, nowUs: number, onError: (error: unknown) => void): void {
  try {
    retention.slice(nowUs);
  } catch (error) {
    onError(error);
  }
}

function restartNotice(nowUs: number): string {
  return JSON.stringify({
    source: 'notice',
    time: new Date(nowUs / 1000).toISOString(),
    collector: 'endpoint-security',
    code: 'restarted',
    detail: 'the agent was started',
  });
}
