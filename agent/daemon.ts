/**
 * The live agent: takes the parts, starts them in order and stops them in reverse. The machine's clock, randomness and timers come in
 * here and nowhere else.
 *
 * Start: state, engine, status socket, accounts, Endpoint Security, process list, folders, connections, canary. Stop within
 * five seconds, whatever hangs: collectors, queue, timeline, snapshot, socket, database.
 */
import { hostname, uptime } from 'node:os';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { fullDiskAccess } from '../collectors/permissions.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { toRfc3339 } from './deliver/formats/time.ts';
import { Blindness } from './health/blindness.ts';
import { CanaryWatch } from './health/canary-watch.ts';
import { ConfigTrouble } from './health/config-trouble.ts';
import type { Health } from './health/health.ts';
import { type Ledger, sum } from './health/ledger.ts';
import { Pulse } from './health/pulse.ts';
import type { StatusReport } from './health/report.ts';
import { RunningMark } from './health/running-mark.ts';
import { statusReport } from './health/status-report.ts';
import { serveStatus } from './health/status-socket.ts';
import { Unreadable } from './health/unreadable.ts';
import { buildParts, type Machine, type Parts } from './parts.ts';
import { probe } from './store/database.ts';
import type { Recovered } from './store/recovery.ts';
import type { Retention } from './store/retention.ts';
import type { Connection } from './store/sqlite.ts';
import { StateError } from './store/state-error.ts';
import { pause, type Supervisor } from './supervise.ts';
import { LATENESS_US } from './timeline.ts';

/** From the wish to stop: until then sources may end, and until then what they left is judged. The rest is short. */
const SOURCES_STOP_MS = 3000;
const JUDGE_STOP_MS = 4000;
/** How often waiting records are looked at, and the agent itself. */
const TICK_MS = LATENESS_US / 1000;
const SNAPSHOT_MS = 5 * 60_000;
const LOOK_MS = 5000;
/** One slice of retention; a slice is small, so that it never holds up the reading side. */
const RETENTION_MS = 30_000;

/** The machine's clock in microseconds. */
export const clock = (): number => Date.now() * 1000;
/** Microseconds of a clock that nobody can set. */
const steady = (): number => performance.now() * 1000;

const MACHINE: Machine = {
  wallMs: Date.now,
  steadyMs: () => performance.now(),
  uptimeSeconds: uptime,
  hostName: hostname,
  random: Math.random,
};

/** Why a run ended in order: it was told to, the configuration has other values, or it had no Full Disk Access for too long. */
export type Ended = 'stopped' | 'reconfigured' | 'blind';

/** Runs until there is a reason to end. Throws a `StateError` after a stop that damage of the database made. */
export async function runDaemon(options: DaemonOptions, signal: AbortSignal): Promise<Ended> {
  const startedUs = clock();
  /** Aborted when the database turns out to be damaged. */
  const damage = new AbortController();
  const reconfigured = new AbortController();
  const blind = new AbortController();
  const stop = new AbortController();
  const parts = buildParts(options, MACHINE, () => damage.abort());
  const { health, delivery, supervisor, queue, store } = parts;
  const configTrouble = new ConfigTrouble(health);
  const mark = new RunningMark(options.stateFolder);
  tellOfStart(options, parts, configTrouble, mark, startedUs);
  const pulse = new Pulse(health, { wall: Date.now, steady: () => performance.now() }, TICK_MS);
  let heartbeat = 0;
  const report = (): StatusReport =>
    statusReport({ ...options, ...parts, pulse, startedUs, nowUs: clock(), heartbeat });
  const server = await serveStatus(options.stateFolder, report);
  const running = options
    .sources(parts.needs)
    .map((supervised) => supervisor.keep(supervised, stop.signal));
  const delivering = delivery.run(stop.signal);
  const canaries = new CanaryWatch(parts.canary, health, steady, stop.signal);
  const blindness = new Blindness(options.blindMs ?? Infinity, () => performance.now());
  const timers = [
    ...regular(options.connection, parts, pulse, canaries, stop.signal),
    setInterval(canaries.send, options.config.canary.minutes * 60_000),
    setInterval(() => {
      tellCutLog(health, options.logLeftOut?.() ?? 0);
      if (blindness.lasts(isBlind(health))) blind.abort();
      void lookAtConfig(options, parts, configTrouble, reconfigured, stop.signal);
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

  await anyAborted(signal, damage.signal, reconfigured.signal, blind.signal);
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
  const { pipeline } = parts.engine;
  pipeline.end();
  while (pipeline.unsaved().waiting > 0 && pipeline.retry());
  parts.snapshots.whole();
  await server.close();
  store.close();
  mark.remove();
  if (damage.signal.aborted)
    throw new StateError(
      `${options.stateFolder}: the database is damaged; start the agent again, which moves it aside`,
    );
  if (signal.aborted) return 'stopped';
  return blind.signal.aborted ? 'blind' : 'reconfigured';
}

/** By what the sensor says, and by the agent's own attempt. */
function isBlind(health: Health): boolean {
  return (
    health.active().some(({ code }) => code === 'not-permitted') || fullDiskAccess() === 'denied'
  );
}

/** What is known to be wrong before anything runs, and that nobody watched until now. */
function tellOfStart(
  options: DaemonOptions,
  { health, reserve, trouble, store, engine, queue }: Parts,
  configTrouble: ConfigTrouble,
  mark: RunningMark,
  startedUs: number,
): void {
  for (const problem of options.knowledge.problems)
    health.raise('rules', 'rules', problem, problem);
  configTrouble.are(options.configProblems);
  if (options.recovered) tellOfRecovery(options.recovered, health);
  reserve.ensure();
  markRun(mark, startedUs, health, (error) => trouble.failed(error));
  // Nobody watched since the last run, so what the chains of that time show has a gap.
  if (store.lastSequence() > 0 || engine.coverage.state().lastUs !== null)
    queue.push(restartNotice(startedUs));
}

function tellOfRecovery({ movedTo, reason, salvaged }: Recovered, health: Health): void {
  const unsent = `${salvaged.rows} unsent events were taken over${salvaged.bad > 0 ? ', others may be lost' : ''}`;
  const detail = `the database was damaged (${reason}), now ${movedTo}; ${unsent}`;
  health.raise('store', 'state-lost', detail);
}

/** What happens again and again, until the timers are cleared. */
function regular(
  connection: Connection,
  { engine, delivery, supervisor, ledger, health, trouble, snapshots, retention }: Parts,
  pulse: Pulse,
  canaries: CanaryWatch,
  stop: AbortSignal,
): readonly NodeJS.Timeout[] {
  const { pipeline } = engine;
  const unreadable = new Unreadable(health, steady());
  const saveWaiting = (): void => {
    if (pipeline.unsaved().waiting === 0) {
      trouble.look(() => probe(connection));
      return;
    }
    if (!pipeline.retry()) return;
    if (pipeline.unsaved().waiting > 0) void setImmediate().then(saveWaiting);
    else trouble.over();
  };
  return [
    setInterval(() => {
      pulse.beat();
      delivery.tick();
      pipeline.timeline.settle();
      saveWaiting();
      canaries.look(silenceUs(supervisor, clock()));
      unreadable.look(unreadableLines(ledger), steady());
    }, TICK_MS),
    setInterval(() => {
      void snapshots.inSlices(stop);
    }, SNAPSHOT_MS),
    setInterval(() => {
      trim(retention, clock(), (error) => trouble.failed(error));
    }, RETENTION_MS),
  ];
}

/**
 * Tells what is wrong with the configuration by now, and aborts `reconfigured` when it has other values. What only waits in
 * memory for a database that cannot be written would not outlive that, so it is written first.
 */
async function lookAtConfig(
  { lookAtConfig: look }: DaemonOptions,
  { health, engine }: Parts,
  configTrouble: ConfigTrouble,
  reconfigured: AbortController,
  stop: AbortSignal,
): Promise<void> {
  const found = (await look?.(engine.pipeline.unsaved().waiting > 0)) ?? null;
  if (found === null || stop.aborted) return;
  configTrouble.are(found.problems);
  if (found.changed.length === 0) return;
  health.note('configuration', 'reconfigured', `other values: ${found.changed.join(', ')}`);
  reconfigured.abort();
}

async function anyAborted(...signals: readonly AbortSignal[]): Promise<void> {
  const ended = AbortSignal.any([...signals]);
  if (ended.aborted) return;
  await new Promise<void>((resolve) => {
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
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
