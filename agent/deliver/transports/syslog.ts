/**
 * Messages of syslog over TLS (RFC 5424, RFC 5425) on one connection that is kept.
 *
 * Syslog knows no acknowledgement: bytes that the system took may never reach the receiver, and a receiver may lose what it
 * took. So a batch counts as handed over when all of it was written and the connection then stayed open for a quiet period;
 * and when a connection ends, the newest items that counted as handed over on it go out once more with the next batch. An
 * item goes out again in this way once only, so that a receiver which closes idle connections gets each item twice at most.
 * What cannot be seen is a receiver that takes and drops: a wrong framing, a full queue.
 *
 * A server of TLS 1.3 refuses the certificate of its client after both agreed on TLS, so a new connection must stay open
 * for a quiet period before the first byte is written.
 */
import { isIP } from 'node:net';
import { outcomeOfError } from '../error-class.ts';
import type { Item } from '../item.ts';
import { OK, type Outcome } from '../outcome.ts';
import type { Settings } from '../settings.ts';
import { openTls, readTlsSettings, type TlsSettings } from '../tls-settings.ts';
import type { Surroundings, Transport, TransportType } from '../transport.ts';
import { ReceiverClosedError, SyslogConnection } from './syslog-connection.ts';
import { FRAMINGS, type Framing, frame } from './syslog-framing.ts';
import { toSyslogMessage } from './syslog-message.ts';
import { SyslogResends } from './syslog-resends.ts';

/** Of RFC 5425. */
const DEFAULT_PORT = 6514;
/** Log audit, RFC 5424 table 1. */
const DEFAULT_FACILITY = 13;
/** A receiver must take the least (RFC 5425, section 4.3.1). */
const MIN_MESSAGE_BYTES = 2048;
const MAX_MESSAGE_BYTES = 8 * 1_048_576;
const DEFAULT_MESSAGE_BYTES = 256 * 1024;
/** How long closing waits for the goodbye of the receiver. */
const GOODBYE_MS = 1000;

export const SYSLOG: TransportType = {
  formats: ['ocsf', 'ecs', 'summary'],
  batch: { maxItems: 200, maxBytes: 128 * 1024 },
  isBestEffort: true,
  read: (settings) => {
    const options = readOptions(settings);
    // Outlives a transport, so that new credentials do not cost what is owed.
    const resends = new SyslogResends();
    return (at) => new SyslogTransport(options, resends, at);
  },
};

interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsSettings;
  readonly framing: Framing;
  readonly facility: number;
  /** A longer message is not sent, because receivers cut it off or drop it. */
  readonly maxMessageBytes: number;
  readonly timeoutMs: number;
  readonly quietMs: number;
}

function readOptions(settings: Settings): SyslogOptions {
  return {
    host: readHost(settings),
    port: settings.number('port', 1, 65_535, DEFAULT_PORT),
    tls: readTlsSettings(settings),
    framing: settings.oneOf('framing', FRAMINGS, 'octet-counting'),
    facility: settings.number('facility', 0, 23, DEFAULT_FACILITY),
    maxMessageBytes: settings.number(
      'maxMessageBytes',
      MIN_MESSAGE_BYTES,
      MAX_MESSAGE_BYTES,
      DEFAULT_MESSAGE_BYTES,
    ),
    timeoutMs: settings.number('timeoutSeconds', 1, 300, 30) * 1000,
    quietMs: settings.number('quietMs', 100, 60_000, 1000),
  };
}

function readHost(settings: Settings): string {
  const host = settings.text('host');
  if (host !== '' && isIP(host) === 0 && !/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?$/.test(host))
    settings.fault('host', 'must be a name or an IP address; the port has a key of its own');
  return host;
}

/** The receiver hung up without saying why. */
function isClosing(error: unknown): boolean {
  return (
    error instanceof ReceiverClosedError ||
    (error instanceof Error && 'code' in error && error.code === 'ECONNRESET')
  );
}

/** Something took too long, or the agent stops. */
class ImpatienceError extends Error {
  readonly code = 'ERR_SPILLWATCH_TIMEOUT';
}

const STOPPED = 'the attempt was ended before all was sent';

/** One batch at a time. */
class SyslogTransport implements Transport {
  readonly #options: SyslogOptions;
  readonly #resends: SyslogResends;
  readonly #at: Surroundings;
  #connection: SyslogConnection | null = null;

  constructor(options: SyslogOptions, resends: SyslogResends, at: Surroundings) {
    this.#options = options;
    this.#resends = resends;
    this.#at = at;
  }

  async send(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    const { framing, maxMessageBytes } = this.#options;
    const messages = items.map((item) => this.#message(item));
    const longest = messages.reduce((most, { length }) => Math.max(most, length), 0);
    if (longest > maxMessageBytes) {
      const detail = `a message of ${longest} bytes is above maxMessageBytes (${maxMessageBytes})`;
      return { kind: 'too-big', detail };
    }
    try {
      const connection = await this.#connected(signal);
      const resent = this.#resends.owed.map((item) => this.#message(item));
      const frames = [...resent, ...messages].map((message) => frame(message, framing));
      await this.#inTime(connection.write(frames), 'the receiver takes no more', signal);
      await this.#quiet(connection, signal);
      this.#resends.handedOver(items);
      return resent.length === 0 ? OK : { kind: 'ok', resent: resent.length };
    } catch (error) {
      this.#giveUp();
      return outcomeOfError(error);
    }
  }

  async close(): Promise<void> {
    if (this.#connection?.isOpen) {
      const over = new AbortController();
      const finished = await Promise.race([
        this.#connection.finish(),
        this.#at.pause(GOODBYE_MS, over.signal).then(() => false),
      ]);
      over.abort();
      if (finished) this.#resends.connectionFinished();
    }
    this.#giveUp();
  }

  /** The connection that is open, or a new one that stayed open for a quiet period. Certificates are read for each. */
  async #connected(signal: AbortSignal): Promise<SyslogConnection> {
    if (this.#connection?.isOpen) return this.#connection;
    this.#giveUp();
    const { host, port, tls } = this.#options;
    const connection = new SyslogConnection({ host, port, ...openTls(tls).options });
    this.#connection = connection;
    try {
      await this.#inTime(connection.ready(), 'the receiver does not answer', signal);
      await this.#quiet(connection, signal);
    } catch (cause) {
      if (!isClosing(cause)) throw cause;
      throw new ReceiverClosedError(
        'the receiver closes new connections; its log says why (the client certificate?)',
      );
    }
    return connection;
  }

  #message(item: Item): Buffer {
    return Buffer.from(toSyslogMessage(item, this.#options.facility, this.#at.hostName()));
  }

  #giveUp(): void {
    this.#connection?.destroy();
    this.#connection = null;
    this.#resends.connectionLost();
  }

  async #inTime<T>(work: Promise<T>, fault: string, signal: AbortSignal): Promise<T> {
    const { timeoutMs } = this.#options;
    const over = new AbortController();
    const late = async (): Promise<never> => {
      await this.#at.pause(timeoutMs, AbortSignal.any([signal, over.signal]));
      throw new ImpatienceError(signal.aborted ? STOPPED : `${fault} for ${timeoutMs / 1000} s`);
    };
    try {
      return await Promise.race([work, late()]);
    } finally {
      over.abort();
    }
  }

  async #quiet(connection: SyslogConnection, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const wait = AbortSignal.any([signal, over.signal]);
    try {
      await connection.whileOpen(this.#at.pause(this.#options.quietMs, wait));
    } finally {
      over.abort();
    }
    if (signal.aborted) throw new ImpatienceError(STOPPED);
  }
}
