/** The parts of the live agent, built and connected; nothing runs yet. */
import { CaptureReader } from '../collectors/capture.ts';
import packageJson from '../package.json' with { type: 'json' };
import { assemble, type Engine } from './assemble.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { Delivery } from './deliver/delivery.ts';
import type { Sender } from './deliver/formats/sender.ts';
import { Canary } from './health/canary.ts';
import { Health } from './health/health.ts';
import { Ledger } from './health/ledger.ts';
import { StoreTrouble } from './health/store-trouble.ts';
import { type LiveNeeds, liveNeeds } from './live-needs.ts';
import { PeriodicSnapshot } from './periodic-snapshot.ts';
import { LineQueue } from './queue.ts';
import { Numbers } from './store/numbers.ts';
import { Outbox } from './store/outbox.ts';
import { Reserve } from './store/reserve.ts';
import { Retention } from './store/retention.ts';
import { Store } from './store/store.ts';
import { pause, Supervisor } from './supervise.ts';

const DAY_US = 24 * 3600 * 1_000_000;

/** What is different on every machine and at every moment; `daemon.ts` has the real one. */
export interface Machine {
  /** The machine's clock in milliseconds. */
  readonly wallMs: () => number;
  /** Milliseconds of a clock that nobody can set. */
  readonly steadyMs: () => number;
  /** For how long it has been up, in seconds. */
  readonly uptimeSeconds: () => number;
  readonly hostName: () => string;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export interface Parts {
  readonly health: Health;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly reserve: Reserve;
  readonly trouble: StoreTrouble;
  readonly delivery: Delivery;
  readonly canary: Canary;
  readonly engine: Engine;
  /** What the engine needs of the sources. */
  readonly needs: LiveNeeds;
  readonly queue: LineQueue;
  readonly supervisor: Supervisor;
  readonly snapshots: PeriodicSnapshot;
  readonly retention: Retention;
}

/** `onDamage` is called when the database turns out to be damaged. */
export function buildParts(options: DaemonOptions, machine: Machine, onDamage: () => void): Parts {
  const { config, connection, stateFolder, knowledge } = options;
  const { wallMs, steadyMs, random } = machine;
  const clock = (): number => wallMs() * 1000;
  const health = new Health(
    clock,
    (event) => {
      options.log(event);
      delivery.health(event);
    },
    options.redactText,
  );
  const ledger = new Ledger();
  const outbox = new Outbox(connection, config.outbox);
  const store = new Store(connection, outbox);
  const reserve = new Reserve(stateFolder);
  const trouble = new StoreTrouble(health, reserve, stateFolder, onDamage);
  const onStoreError = (error: unknown): void => trouble.failed(error);
  /** Nobody knows which Mac this is before the engine was told of it. */
  let sender: (() => Sender | null) | null = null;
  const delivery: Delivery = new Delivery({
    destinations: options.destinations,
    outbox,
    numbers: new Numbers(connection),
    sender: () => sender?.() ?? null,
    version: packageJson.version,
    at: {
      wallMs,
      steadyMs,
      pause,
      hostName: () => sender?.()?.host.name ?? machine.hostName(),
      environment: options.environment,
    },
    random,
    nowUs: clock,
    raise: (destination, code, detail) => health.raise('deliver', code, detail, destination),
    clear: (destination, code) => health.clear('deliver', code, destination),
    note: (code, detail, subject) => health.note('deliver', code, detail, subject),
    onStoreError,
  });
  const canary = new Canary(stateFolder, () => steadyMs() * 1000);
  const uploadListeners: (() => void)[] = [];
  const engine = assemble({
    config,
    catalogue: knowledge.catalogue,
    rules: knowledge.rules,
    store,
    ledger,
    outgoing: (finding) => delivery.rowsOf(finding),
    emit: (finding) => {
      options.emit(finding);
      delivery.wake();
    },
    bootUs: clock() - machine.uptimeSeconds() * 1_000_000,
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
  const lineageUs = config.windows.lineageDays * DAY_US;
  const retention = new Retention(
    connection,
    { ...config.retention, lineageDays: config.windows.lineageDays },
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
      now: steadyMs,
      next: (run) => {
        globalThis.setImmediate(run);
      },
    },
  );
  const supervisor = new Supervisor({
    health,
    clock,
    random,
    line: (text) => queue.push(text),
    lost: (name, reason) => {
      engine.pipeline.lost({ collector: name, dropped: reason, sequence: null });
    },
  });
  const needs = liveNeeds(engine, uploadListeners, config, clock);
  return {
    health,
    ledger,
    store,
    reserve,
    trouble,
    delivery,
    canary,
    engine,
    needs,
    queue,
    supervisor,
    snapshots,
    retention,
  };
}
