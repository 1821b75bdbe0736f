import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import type { SecretTables } from '../../rules/catalogue/redaction-tools.ts';
import { shownValue } from '../config/shown-value.ts';
import { type Config, describeConfigProblem } from '../config.ts';
import { clock, runDaemon } from '../daemon.ts';
import { readDestinations } from '../deliver/destination.ts';
import { toSummary } from '../deliver/formats/summary.ts';
import { openLog } from '../health/log.ts';
import { refuseTaken } from '../health/status-socket.ts';
import { loadKnowledge } from '../knowledge.ts';
import { Redactor } from '../redaction/redactor.ts';
import { liveSources } from '../sources.ts';
import { openOrRecover } from '../store/recovery.ts';
import { stateKey } from '../store/state-key.ts';
import { agentConfig } from './agent-config.ts';
import { environmentOf } from './environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { isExpected } from './expected-error.ts';
import { readTables } from './secret-tables.ts';
import { type Output, printable } from './terminal.ts';

/** Makes the running agent send a canary at once. */
export const CANARY_SIGNAL = 'SIGUSR2';

export interface RunOptions {
  readonly state: string;
  readonly config?: string;
  readonly rules?: string;
}

/**
 * `spillwatch run`: the agent in the foreground, until SIGTERM or SIGINT. Findings go to stdout as summaries, the log to stderr
 * as JSON lines. Its own files are checked strictly at the start; afterwards nothing but a signal ends it.
 */
export async function run(options: RunOptions, output: Output): Promise<ExitCode> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  const log = openLog(pino.destination({ dest: 2, sync: true }));
  try {
    const reading = agentConfig(options.config);
    const { destinations, problems } = readDestinations(reading.config.deliver);
    const knowledge = loadKnowledge(options.rules);
    await refuseTaken(options.state);
    const tables = readTables();
    const { connection, recovered } = openOrRecover(options.state);
    const key = stateKey(options.state, randomBytes);
    const redactor = textRedactor(reading.config, key, tables);
    const hosts = [...knowledge.catalogue.services.values()].flatMap(({ hosts: names }) => names);
    await runDaemon(
      {
        stateFolder: options.state,
        connection,
        key,
        recovered,
        redactText: (text) => redactor.redactText(text),
        config: reading.config,
        configProblems: [...reading.problems.map(describeConfigProblem), ...problems],
        destinations,
        environment: environmentOf(process.env),
        origins: [...reading.settings.values()].map((setting) => ({
          key: setting.key.path,
          value: setting.key.hasSecrets ? null : shownValue(setting),
          origin: setting.origin,
        })),
        knowledge,
        sources: (needs) => liveSources(reading.config, hosts, clock, needs),
        emit: (finding) => {
          const summary = toSummary(finding);
          log.finding(summary);
          output.out(`${JSON.stringify(summary)}\n`);
        },
        log: log.health,
        heartbeat: log.heartbeat,
        onCanaryWanted: (send) => {
          process.on(CANARY_SIGNAL, send);
        },
        onReady: () => {
          log.info('started', { version: packageJson.version, state: options.state });
        },
      },
      stop.signal,
    );
    log.info('stopped');
    return EXIT.done;
  } catch (error) {
    if (!isExpected(error)) throw error;
    output.err(`${printable(error.message)}\n`);
    return EXIT.unreadable;
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
    process.removeAllListeners(CANARY_SIGNAL);
  }
}

/** A text of the log is never dropped as a whole: people need the part of it that is no secret. */
function textRedactor({ redaction }: Config, key: Uint8Array, tables: SecretTables): Redactor {
  return new Redactor(
    redaction.mode === 'hash' ? { kind: 'hash', key } : { kind: 'redact' },
    tables,
  );
}
