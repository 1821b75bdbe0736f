/**
 * What the agent says of itself as one flat object an event, `kind` first; the counterpart of `summary.ts`, which has no `kind`
 * because its keys are fixed. Texts are bounded, absent facts are `null`.
 */
import { SEVERITIES, type Severity } from '../../../rules/finding.ts';
import { type StatusWord, statusWord } from '../../health/report.ts';
import { severityOfHealth } from '../../health/severity.ts';
import { type FloodCount, MAX_NAMES_OF_FLOOD, worstOf } from './flood-note.ts';
import { boundText } from './ocsf-bounds.ts';
import type {
  OutgoingFlood,
  OutgoingHealth,
  OutgoingHeartbeat,
  OutgoingTest,
  OwnOutgoing,
} from './outgoing.ts';
import type { Sender } from './sender.ts';
import { toRfc3339 } from './time.ts';

interface Opening<Kind extends OwnOutgoing['kind']> {
  readonly kind: Kind;
  readonly number: number;
  /** RFC 3339 UTC, with microseconds. */
  readonly time: string;
  readonly host: string;
  readonly severity: Severity;
}

export interface HealthSummary extends Opening<'health'> {
  readonly part: string;
  readonly code: string;
  readonly state: 'raised' | 'cleared' | 'noted';
  readonly subject: string | null;
  readonly detail: string;
}

/** The numbers of a status report that a SIEM charts and alerts on. Counts are since the agent's start. */
export interface HeartbeatSummary extends Opening<'heartbeat'> {
  readonly version: string;
  readonly status: StatusWord;
  readonly uptimeSeconds: number;
  /** How many troubles and remarks there are now. */
  readonly troubles: number;
  readonly remarks: number;
  readonly received: number;
  readonly stored: number;
  readonly skipped: number;
  readonly dropped: number;
  readonly badRows: number;
  readonly held: number;
  readonly late: number;
  readonly gaps: number;
  readonly missingMessages: number;
  /** Since the last record of Endpoint Security; `null` before the first. */
  readonly lastLineAgeSeconds: number | null;
  readonly queueLines: number;
  readonly queuePeak: number;
  /** Over all destinations. `lost` went unsent, `deadLetters` were refused and wait for a person. */
  readonly waiting: number;
  readonly delivered: number;
  readonly lost: number;
  readonly deadLetters: number;
  readonly databaseMegabytes: number;
  readonly findings: number;
  readonly events: number;
  readonly rules: number;
  readonly exceptions: number;
  readonly rulesHash: string;
  readonly chains: number;
  readonly files: number;
  readonly processes: number;
  /** Chains, files and processes that were forgotten because there were too many. */
  readonly evicted: number;
  readonly canaryAgeSeconds: number | null;
  readonly fullDiskAccess: string;
  readonly rssMegabytes: number;
  readonly cpuSeconds: number;
  readonly cpuPercent: number;
  readonly loopDelayMs: number;
}

export interface FloodSummary extends Opening<'flood'> {
  /** From the first to the last finding, RFC 3339 UTC. */
  readonly from: string;
  readonly to: string;
  readonly findings: number;
  readonly informational: number;
  readonly low: number;
  readonly medium: number;
  readonly high: number;
  readonly critical: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly tools: readonly FloodCount[];
  readonly users: readonly FloodCount[];
}

export interface TestSummary extends Opening<'test'> {
  readonly version: string;
  readonly message: string;
}

type OwnSummary = HealthSummary | HeartbeatSummary | FloodSummary | TestSummary;

/** What a test says of itself in every format. */
export const TEST_TITLE = 'Test of delivery, not a finding';

/** Throws a `RangeError` when a time is not a safe integer. */
export function toOwnSummary(outgoing: OwnOutgoing, sender: Sender): OwnSummary {
  switch (outgoing.kind) {
    case 'health':
      return toHealthSummary(outgoing, sender);
    case 'heartbeat':
      return toHeartbeatSummary(outgoing, sender);
    case 'flood':
      return toFloodSummary(outgoing, sender);
    case 'test':
      return toTestSummary(outgoing, sender);
  }
}

export function toHealthSummary({ number, event }: OutgoingHealth, sender: Sender): HealthSummary {
  return {
    kind: 'health',
    number,
    time: toRfc3339(event.timeUs),
    host: boundText(sender.host.name),
    severity: severityOfHealth(event),
    part: boundText(event.part),
    code: event.code,
    state: event.state,
    subject: event.subject === null ? null : boundText(event.subject),
    detail: boundText(event.detail),
  };
}

export function toHeartbeatSummary(
  { number, timeUs, report }: OutgoingHeartbeat,
  sender: Sender,
): HeartbeatSummary {
  const { collectors, destinations, coverage, queue, database, rules } = report;
  const { chains, files, processes } = report;
  const { rssMegabytes, cpuSeconds, cpuPercent, loopDelayMs } = report.resources;
  return {
    kind: 'heartbeat',
    number,
    time: toRfc3339(timeUs),
    host: boundText(sender.host.name),
    severity: 'informational',
    version: sender.version,
    status: statusWord(report),
    uptimeSeconds: report.uptimeSeconds,
    troubles: report.troubles.length,
    remarks: report.remarks.length,
    received: total(collectors, ({ received }) => received),
    stored: total(collectors, ({ stored }) => stored),
    skipped: total(collectors, ({ skipped }) => total(Object.values(skipped), Number)),
    dropped: total(collectors, ({ dropped }) => total(Object.values(dropped), Number)),
    badRows: total(collectors, ({ badRows }) => badRows),
    held: report.held,
    late: report.late,
    gaps: coverage.gaps,
    missingMessages: coverage.missingMessages,
    lastLineAgeSeconds: coverage.lastLineAgeSeconds,
    queueLines: queue.lines,
    queuePeak: queue.peak,
    waiting: total(destinations, ({ rows }) => rows),
    delivered: total(destinations, ({ delivered }) => delivered),
    lost: total(destinations, ({ dropped }) => dropped),
    deadLetters: total(destinations, ({ dead }) => dead),
    databaseMegabytes: database.megabytes,
    findings: database.findings,
    events: database.events,
    rules: rules.rules,
    exceptions: rules.exceptions,
    rulesHash: rules.hash,
    chains: chains.followed,
    files: files.followed,
    processes: processes.known,
    evicted: chains.evicted + files.evicted + processes.evicted,
    canaryAgeSeconds: report.canary.lastSeenAgeSeconds,
    fullDiskAccess: report.permissions.fullDiskAccess,
    rssMegabytes,
    cpuSeconds,
    cpuPercent,
    loopDelayMs,
  };
}

export function toFloodSummary({ number, note }: OutgoingFlood, sender: Sender): FloodSummary {
  return {
    kind: 'flood',
    number,
    time: toRfc3339(note.toUs),
    host: boundText(sender.host.name),
    severity: worstOf(note),
    from: toRfc3339(Math.min(note.fromUs, note.toUs)),
    to: toRfc3339(note.toUs),
    findings: total(SEVERITIES, (severity) => note.counts[severity]),
    informational: note.counts.informational,
    low: note.counts.low,
    medium: note.counts.medium,
    high: note.counts.high,
    critical: note.counts.critical,
    firstSequence: note.firstSequence,
    lastSequence: note.lastSequence,
    tools: toNames(note.tools),
    users: toNames(note.users),
  };
}

export function toTestSummary({ number, timeUs }: OutgoingTest, sender: Sender): TestSummary {
  return {
    kind: 'test',
    number,
    time: toRfc3339(timeUs),
    host: boundText(sender.host.name),
    severity: 'informational',
    version: sender.version,
    message: TEST_TITLE,
  };
}

function total<Part>(parts: readonly Part[], count: (part: Part) => number): number {
  return parts.reduce((all, part) => all + count(part), 0);
}

function toNames(counts: readonly FloodCount[]): readonly FloodCount[] {
  return counts
    .slice(0, MAX_NAMES_OF_FLOOD)
    .map(({ name, count }) => ({ name: boundText(name), count }));
}
