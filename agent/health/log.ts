import { type DestinationStream, type Logger, pino } from 'pino';
import type { Summary } from '../deliver/formats/summary.ts';
import type { HealthEvent } from './health.ts';
import type { StatusReport } from './report.ts';

/** The agent's log: one JSON line an event. Messages are fixed words, everything else is in fields. */
export interface AgentLog {
  readonly health: (event: HealthEvent) => void;
  readonly finding: (summary: Summary) => void;
  /** The numbers of `status`, without the configuration. */
  readonly heartbeat: (report: StatusReport) => void;
  readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** Writes to `destination`, synchronously: what was logged before a crash is there after it. */
export function openLog(destination: DestinationStream): AgentLog {
  const log: Logger = pino({ name: 'spillwatch', base: { pid: process.pid } }, destination);
  return {
    health: ({ part, code, state, subject, detail }) => {
      const fields = { part, code, state, subject, detail };
      if (state === 'raised') log.warn(fields, 'trouble raised');
      else log.info(fields, state === 'cleared' ? 'trouble cleared' : 'trouble noted');
    },
    finding: (summary) => {
      log.warn({ finding: summary }, 'finding');
    },
    heartbeat: (report) => {
      log.info({ heartbeat: { ...report, configuration: undefined } }, 'heartbeat');
    },
    info: (message, fields = {}) => {
      log.info(fields, message);
    },
  };
}
