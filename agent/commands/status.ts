import { toRfc3339 } from '../deliver/formats/time.ts';
import type { HealthEvent } from '../health/health.ts';
import { type StatusReport, type StatusWord, statusWord } from '../health/report.ts';
import { askStatus } from '../health/status-socket.ts';
import { type Output, printable } from './terminal.ts';

export interface StatusOptions {
  readonly state: string;
  readonly json?: boolean;
  /** Print nothing but the word, for inventory of an MDM. */
  readonly ea?: boolean;
}

/** Exit codes of `status`, by word. */
export const STATUS_CODES = {
  healthy: 0,
  degraded: 1,
  'not-running': 3,
  'no-full-disk-access': 4,
} as const satisfies Record<StatusWord, number>;

/** `spillwatch status`: asks the running agent for its facts of this moment; an agent that does not answer is not running. */
export async function status(options: StatusOptions, output: Output): Promise<number> {
  const report = asReport(await askStatus(options.state));
  const word = statusWord(report);
  if (options.ea) output.out(`${word}\n`);
  else if (options.json) output.out(`${JSON.stringify({ status: word, ...report })}\n`);
  else
    output.out(
      `${[`spillwatch is ${word}`, ...(report ? lines(report) : [])].map(printable).join('\n')}\n`,
    );
  return STATUS_CODES[word];
}

/** The agent of the same installation answered; another version may lack keys, and is then no answer. */
export function asReport(value: unknown): StatusReport | null {
  const isReport =
    typeof value === 'object' &&
    value !== null &&
    'product' in value &&
    value.product === 'Spillwatch';
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- own document over a private socket
  return isReport ? (value as StatusReport) : null;
}

function lines(report: StatusReport): readonly string[] {
  const {
    collectors,
    coverage,
    queue,
    database,
    destinations,
    rules,
    chains,
    files,
    canary,
    resources,
  } = report;
  return [
    `  version ${report.version}, pid ${report.pid}, since ${report.startedAt}, heartbeat ${report.heartbeat}`,
    '  collectors',
    ...collectors.map((collector) => {
      const { part, state, restarts, lastLineAgeSeconds, received, stored } = collector;
      const skipped = total(collector.skipped);
      const dropped = total(collector.dropped);
      const counts = `received ${received} = stored ${stored} + skipped ${skipped} + dropped ${dropped}`;
      return `    ${part.padEnd(18)} ${state.padEnd(10)} ${age(lastLineAgeSeconds).padEnd(12)} ${counts}${restarts > 0 ? `, ${restarts} restarts` : ''}`;
    }),
    `  coverage    ${coverage.gaps} gaps, ${coverage.missingMessages} messages missing`,
    `  canary      ${canary.waiting ? 'on its way' : 'none on its way'}, last seen ${age(canary.lastSeenAgeSeconds)}`,
    `  chains      ${chains.followed} followed, ${chains.live} live; files ${files.followed} followed, ${files.evicted} given up`,
    `  rules       ${rules.rules} and ${rules.exceptions} exceptions, ${rules.hash}`,
    `  database    ${database.megabytes} MB, ${database.findings} findings, ${database.events} events`,
    ...(destinations.length > 0 ? ['  destinations'] : []),
    ...destinations.map(destinationLine),
    `  queue       ${queue.lines} lines, at most ${queue.peak}; ${report.held} records wait for their turn`,
    `  resources   ${resources.rssMegabytes} MB, ${resources.cpuPercent} % of a core, loop delay ${resources.loopDelayMs} ms`,
    `  full disk access ${report.permissions.fullDiskAccess}`,
    ...(report.troubles.length > 0 ? ['  trouble'] : []),
    ...report.troubles.map(eventLine),
    ...(report.remarks.length > 0 ? ['  remarks'] : []),
    ...report.remarks.map(eventLine),
  ];
}

function eventLine({ timeUs, part, code, subject, detail }: HealthEvent): string {
  return `    ${toRfc3339(timeUs)} ${part} ${code}${subject === null ? '' : ` (${subject})`}: ${detail}`;
}

function destinationLine(destination: StatusReport['destinations'][number]): string {
  const { name, type, state, rows, oldestAgeSeconds, delivered, dropped, dead, lastError } =
    destination;
  const waiting = rows === 0 ? 'nothing waits' : `${rows} wait, ${oldestAgeSeconds ?? 0} s at most`;
  const counts = `delivered ${delivered}, dropped ${dropped}, dead letters ${dead}`;
  const error = lastError === null ? '' : `; ${lastError}`;
  return `    ${name.padEnd(18)} ${type ?? 'not configured'}, ${state}: ${waiting}; ${counts}${error}`;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function age(seconds: number | null): string {
  return seconds === null ? 'never' : `${Math.round(seconds)} s ago`;
}
