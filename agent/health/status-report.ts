import { join } from 'node:path';
import { fullDiskAccess } from '../../collectors/permissions.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { Engine } from '../assemble.ts';
import type { Delivery } from '../deliver/delivery.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import type { Knowledge } from '../knowledge.ts';
import type { LineQueue } from '../queue.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../supervise.ts';
import type { Canary } from './canary.ts';
import type { Health } from './health.ts';
import type { Ledger } from './ledger.ts';
import type { Pulse } from './pulse.ts';
import type { CollectorStatus, StatusReport } from './report.ts';

export interface ReportParts {
  readonly stateFolder: string;
  readonly origins: StatusReport['configuration'];
  readonly knowledge: Knowledge;
  readonly engine: Engine;
  readonly health: Health;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly delivery: Delivery;
  readonly queue: LineQueue;
  readonly supervisor: Supervisor;
  readonly canary: Canary;
  readonly pulse: Pulse;
  readonly startedUs: number;
  readonly nowUs: number;
  readonly heartbeat: number;
}

/** The facts of this moment; nothing in it was kept for being shown. */
export function statusReport(parts: ReportParts): StatusReport {
  const { engine, health, queue, canary, nowUs, startedUs, knowledge } = parts;
  const { facts, coverage, pipeline } = engine;
  const { lastUs } = coverage.state();
  const gaps = coverage.gaps();
  // Not by the clock of the machine, which can be set.
  const uptimeSeconds = process.uptime();
  const cpu = process.cpuUsage();
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const chains = [...facts.chains.all()];
  return {
    product: 'Spillwatch',
    version: packageJson.version,
    pid: process.pid,
    startedAt: toRfc3339(startedUs),
    uptimeSeconds: rounded(uptimeSeconds),
    heartbeat: parts.heartbeat,
    collectors: collectorStatus(parts),
    coverage: {
      gaps: gaps.length,
      missingMessages: gaps.reduce((sum, gap) => sum + Math.max(0, gap.last - gap.first + 1), 0),
      lastLineAgeSeconds: ageSeconds(nowUs + pipeline.timeline.state().offsetUs, lastUs),
    },
    held: pipeline.timeline.held,
    late: pipeline.timeline.counts().late,
    queue: { lines: queue.size, peak: queue.peak },
    database: { file: join(parts.stateFolder, 'spillwatch.db'), ...roundedSize(parts.store) },
    destinations: parts.delivery.status(),
    rules: {
      rules: knowledge.rules.all.length,
      exceptions: knowledge.rules.exceptions.length,
      hash: knowledge.rulesHash,
    },
    chains: {
      followed: chains.length,
      live: chains.filter((chain) => nowUs - chain.lastUs < 3600e6).length,
      evicted: facts.chains.evicted,
    },
    files: { followed: facts.lineage.size, evicted: facts.lineage.evicted },
    processes: { known: facts.tree.size, evicted: facts.tree.evicted },
    canary: {
      lastSeenAgeSeconds: canary.seenAgoUs === null ? null : rounded(canary.seenAgoUs / 1e6),
      waiting: canary.isWaiting,
    },
    permissions: { fullDiskAccess: fullDiskAccess() },
    resources: {
      rssMegabytes: rounded(process.memoryUsage().rss / 1e6),
      cpuSeconds: rounded(cpuSeconds),
      cpuPercent: rounded((cpuSeconds / Math.max(uptimeSeconds, 1)) * 100),
      loopDelayMs: rounded(parts.pulse.worstLateMs),
    },
    configuration: parts.origins,
    troubles: [...health.active(), ...unsavedTrouble(pipeline.unsaved().lost, nowUs)],
    remarks: health.remarks(),
  };
}

function collectorStatus({ supervisor, ledger, nowUs }: ReportParts): readonly CollectorStatus[] {
  const accounts = ledger.accounts();
  const reports = supervisor.reports();
  // Lines that show no source, and notices of the agent itself, are records like all others.
  const others = [...accounts.keys()].filter((name) => reports.every(({ part }) => part !== name));
  const without = { state: 'counted', restarts: 0, lastLineUs: null };
  const rows = [...reports, ...others.map((name) => ({ part: name, name, ...without }))];
  return rows.map(({ part, name, state, restarts, lastLineUs }) => {
    // The second run of the sensor is counted with the first.
    const account = part === name ? accounts.get(name) : undefined;
    return {
      part,
      state,
      restarts,
      lastLineAgeSeconds: ageSeconds(nowUs, lastLineUs),
      received: account?.received ?? 0,
      stored: account?.stored ?? 0,
      skipped: Object.fromEntries(account?.skipped ?? []),
      dropped: Object.fromEntries(account?.dropped ?? []),
      badRows: account?.badRows ?? 0,
    };
  });
}

function unsavedTrouble(lost: number, timeUs: number): StatusReport['troubles'] {
  if (lost === 0) return [];
  const detail = `${lost} records were lost because the database could not be written`;
  return [{ timeUs, part: 'store', code: 'state-lost', state: 'raised', subject: null, detail }];
}

function roundedSize(store: Store): { findings: number; events: number; megabytes: number } {
  const { findings, events, megabytes } = store.size();
  return { findings, events, megabytes: rounded(megabytes) };
}

function ageSeconds(nowUs: number, thenUs: number | null): number | null {
  return thenUs === null ? null : rounded((nowUs - thenUs) / 1e6);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
