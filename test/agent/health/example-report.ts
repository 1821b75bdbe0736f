import type { HealthEvent } from '../../../agent/health/health.ts';
import type { StatusReport } from '../../../agent/health/report.ts';

/** A report of an agent that is well. */
export const HEALTHY: StatusReport = {
  product: 'Spillwatch',
  version: '0.1.0',
  pid: 4711,
  startedAt: '2026-11-02T09:00:00.000000Z',
  uptimeSeconds: 3600,
  heartbeat: 12,
  collectors: [
    {
      part: 'endpoint-security',
      state: 'running',
      restarts: 2,
      lastLineAgeSeconds: 0.4,
      received: 1000,
      stored: 10,
      skipped: { 'not-relevant': 900, 'other-event': 80 },
      dropped: { 'queue-full': 6, 'bad-json': 4 },
      badRows: 0,
    },
    {
      part: 'files',
      state: 'running',
      restarts: 0,
      lastLineAgeSeconds: null,
      received: 0,
      stored: 0,
      skipped: {},
      dropped: {},
      badRows: 0,
    },
  ],
  coverage: { gaps: 0, missingMessages: 0, lastLineAgeSeconds: 0.4 },
  held: 0,
  late: 0,
  queue: { lines: 0, peak: 120 },
  database: { file: '/state/spillwatch.db', megabytes: 1.5, findings: 3, events: 40 },
  destinations: [
    {
      name: 'siem',
      type: 'webhook',
      isBestEffort: false,
      state: 'idle',
      failures: 0,
      lastError: null,
      duplicates: 0,
      rows: 0,
      bytes: 0,
      oldestAgeSeconds: null,
      delivered: 12,
      dropped: 0,
      dead: 0,
      discarded: 0,
      lastDeliveredUs: 1_767_225_600_000_000,
    },
  ],
  rules: { rules: 16, exceptions: 1, hash: '958b121fe7ace8c6' },
  chains: { followed: 5, live: 1, evicted: 0 },
  files: { followed: 7, evicted: 0 },
  processes: { known: 400, evicted: 0 },
  canary: { lastSeenAgeSeconds: 60, waiting: false },
  permissions: { fullDiskAccess: 'not-applicable' },
  resources: { rssMegabytes: 120, cpuSeconds: 20, cpuPercent: 0.5, loopDelayMs: 9 },
  configuration: [{ key: 'files.mode', value: 'crosscheck', origin: 'default' }],
  troubles: [],
  remarks: [],
};

/** One trouble that lasts. */
export function troubleOf(
  code: HealthEvent['code'],
  { part = 'files', subject = null, detail = 'what happened' }: Partial<HealthEvent> = {},
): HealthEvent {
  return {
    timeUs: Date.parse('2026-11-02T09:30:00Z') * 1000,
    part,
    code,
    state: 'raised',
    subject,
    detail,
  };
}
