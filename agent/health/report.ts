/** What `spillwatch status` prints and the heartbeat carries: one document of facts, made at the time of the call. */
import type { DestinationStatus } from '../deliver/destination-status.ts';
import type { HealthEvent } from './health.ts';

export interface CollectorStatus {
  readonly part: string;
  readonly state: string;
  readonly restarts: number;
  /** Seconds since the last line; `null` before the first. */
  readonly lastLineAgeSeconds: number | null;
  readonly received: number;
  readonly stored: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly badRows: number;
}

export interface StatusReport {
  readonly product: 'Spillwatch';
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  /** Number of the last heartbeat, from 1. */
  readonly heartbeat: number;
  readonly collectors: readonly CollectorStatus[];
  readonly coverage: {
    readonly gaps: number;
    readonly missingMessages: number;
    readonly lastLineAgeSeconds: number | null;
  };
  /** Records that are received and not judged yet: received = stored + skipped + dropped + held, over all collectors. */
  readonly held: number;
  readonly late: number;
  readonly queue: { readonly lines: number; readonly peak: number };
  readonly database: {
    readonly file: string;
    readonly megabytes: number;
    readonly findings: number;
    readonly events: number;
  };
  /** In the order of the configuration. */
  readonly destinations: readonly DestinationStatus[];
  readonly rules: { readonly rules: number; readonly exceptions: number; readonly hash: string };
  readonly chains: { readonly followed: number; readonly live: number; readonly evicted: number };
  readonly files: { readonly followed: number; readonly evicted: number };
  readonly processes: { readonly known: number; readonly evicted: number };
  readonly canary: { readonly lastSeenAgeSeconds: number | null; readonly waiting: boolean };
  readonly permissions: { readonly fullDiskAccess: 'granted' | 'denied' | 'not-applicable' };
  readonly resources: {
    readonly rssMegabytes: number;
    readonly cpuSeconds: number;
    /** Share of one core since the start. */
    readonly cpuPercent: number;
    /** How late the event loop was at most since the start. */
    readonly loopDelayMs: number;
  };
  readonly configuration: readonly {
    readonly key: string;
    readonly value: unknown;
    readonly origin: string;
  }[];
  /** What is wrong now, the oldest first. */
  readonly troubles: readonly HealthEvent[];
  /** What is worth a line and no trouble, the oldest first. */
  readonly remarks: readonly HealthEvent[];
}

/** One stable word for scripts and inventory. */
export type StatusWord = 'healthy' | 'degraded' | 'not-running' | 'no-full-disk-access';

/** The word of a report; `null` stands for an agent that did not answer. */
export function statusWord(report: StatusReport | null): StatusWord {
  if (report === null) return 'not-running';
  const isBlind = report.troubles.some((trouble) => trouble.code === 'not-permitted');
  if (isBlind || report.permissions.fullDiskAccess === 'denied') return 'no-full-disk-access';
  return report.troubles.length > 0 ? 'degraded' : 'healthy';
}
