/**
 * Splunk's HTTP Event Collector, and what speaks like it. The body of an item is an envelope already; a batch is one after
 * the other, a line each. An answer of 2xx says that Splunk took the batch; with `acknowledge` it counts only when Splunk
 * says that it is indexed, else it goes again, and Splunk may have it twice (`fields.uid` tells).
 */
import { asInteger, asObject, own } from '../../../collectors/untrusted.ts';
import { uuidOf } from '../../context/chains.ts';
import { objectOf } from '../answer.ts';
import { readToken } from '../credentials.ts';
import { outcomeOfError } from '../error-class.ts';
import {
  type HttpAnswer,
  type HttpClient,
  openHttpClient,
  readHttpSettings,
} from '../http-client.ts';
import type { Item } from '../item.ts';
import { OK, type Outcome } from '../outcome.ts';
import type { Settings } from '../settings.ts';
import type { Surroundings, Transport, TransportType } from '../transport.ts';
import { toWire } from '../wire-body.ts';
import { NO_ACKNOWLEDGEMENT, outcomeOfReply } from './splunk-codes.ts';

const EVENT_PATH = '/services/collector/event';
/** Splunk writes a small batch to the index only after minutes (splunk/kafka-connect-splunk#122). */
const DEFAULT_ACK_S = 300;
const MAX_ACK_S = 3600;
/** The first question for an acknowledgement comes after this time, each further one after twice as long, up to the most. */
const FIRST_ASK_MS = 1000;
const MAX_ASK_MS = 10_000;

export const SPLUNK_HEC: TransportType = {
  formats: ['splunk'],
  // Splunk documents 1 MB for its cloud, before compression.
  batch: { maxItems: 500, maxBytes: 512 * 1024 },
  isBestEffort: false,
  read: (settings) => {
    const http = readHttpSettings(settings);
    const tokenFile = settings.path('tokenFile');
    const options: HecOptions = {
      eventUrl: eventUrlOf(http.url),
      labels: readLabels(settings),
      isGzip: settings.yesOrNo('gzip', true),
      ackMs: readAckMs(settings),
    };
    return (at) => new SplunkHec(openHttpClient(http, at), readToken(tokenFile), options, at);
  },
};

interface HecOptions {
  readonly eventUrl: URL;
  readonly labels: Labels;
  readonly isGzip: boolean;
  /** How long to wait until a batch is indexed; `null` not at all. */
  readonly ackMs: number | null;
}

/** What stands in each envelope instead of what the format wrote. */
interface Labels {
  readonly index?: string;
  readonly source?: string;
  readonly sourcetype?: string;
}

class SplunkHec implements Transport {
  readonly #client: HttpClient;
  readonly #options: HecOptions;
  readonly #at: Surroundings;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #ackUrl: URL;
  readonly #secrets: readonly string[];

  constructor(client: HttpClient, token: string, options: HecOptions, at: Surroundings) {
    this.#client = client;
    this.#options = options;
    this.#at = at;
    this.#secrets = [token];
    const channel = newChannel(options.eventUrl, at);
    this.#ackUrl = ackUrlOf(options.eventUrl, channel);
    this.#headers = new Map([
      ['authorization', `Splunk ${token}`],
      // A token with acknowledgement wants it, any other does not mind.
      ['x-splunk-request-channel', channel],
    ]);
  }

  async send(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    const { eventUrl, labels, isGzip, ackMs } = this.#options;
    try {
      const text = items.map(({ body }) => labelled(body, labels)).join('\n');
      const answer = await this.#post(eventUrl, text, isGzip, signal);
      const outcome = outcomeOfReply(answer, items.length, this.#at.wallMs(), this.#secrets);
      if (outcome.kind !== 'ok' || ackMs === null) return outcome;
      return await this.#indexed(answer, ackMs, signal);
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #indexed(taken: HttpAnswer, ackMs: number, signal: AbortSignal): Promise<Outcome> {
    const id = asInteger(own(objectOf(taken.text) ?? {}, 'ackId'));
    if (id === null) return { kind: 'config', detail: NO_ACKNOWLEDGEMENT };
    const { pause, steadyMs } = this.#at;
    const endMs = steadyMs() + ackMs;
    for (let waitMs = FIRST_ASK_MS; steadyMs() < endMs; waitMs = Math.min(waitMs * 2, MAX_ASK_MS)) {
      // oxlint-disable-next-line no-await-in-loop -- one question after the other
      await pause(Math.min(waitMs, endMs - steadyMs()), signal);
      if (signal.aborted) break;
      // oxlint-disable-next-line no-await-in-loop -- one question after the other
      const outcome = await this.#ask(id, signal);
      if (outcome.kind !== 'retry') return outcome;
    }
    return {
      kind: 'retry',
      detail: 'Splunk took the batch and does not say that it is indexed',
      retryAfterMs: null,
    };
  }

  /** `retry` as long as there is no acknowledgement. */
  async #ask(id: number, signal: AbortSignal): Promise<Outcome> {
    try {
      const answer = await this.#post(this.#ackUrl, JSON.stringify({ acks: [id] }), false, signal);
      const outcome = outcomeOfReply(answer, 1, this.#at.wallMs(), this.#secrets);
      if (outcome.kind !== 'ok') return outcome.kind === 'config' ? outcome : NOT_YET;
      const acks = asObject(own(objectOf(answer.text) ?? {}, 'acks'));
      return own(acks ?? {}, String(id)) === true ? OK : NOT_YET;
    } catch (error) {
      const outcome = outcomeOfError(error);
      return outcome.kind === 'config' ? outcome : NOT_YET;
    }
  }

  async #post(url: URL, text: string, isGzip: boolean, signal: AbortSignal): Promise<HttpAnswer> {
    const body = await toWire(text, 'application/json', isGzip);
    return this.#client.request(
      {
        url,
        method: 'POST',
        headers: new Map([...this.#headers, ...body.headers]),
        body: body.bytes,
      },
      signal,
    );
  }
}

const NOT_YET: Outcome = { kind: 'retry', detail: 'not yet indexed', retryAfterMs: null };

function readLabels(settings: Settings): Labels {
  const index = settings.optionalText('index');
  const source = settings.optionalText('source');
  const sourcetype = settings.optionalText('sourcetype');
  return {
    ...(index === null ? {} : { index }),
    ...(source === null ? {} : { source }),
    ...(sourcetype === null ? {} : { sourcetype }),
  };
}

function readAckMs(settings: Settings): number | null {
  const ackMs = settings.number('ackSeconds', 5, MAX_ACK_S, DEFAULT_ACK_S) * 1000;
  if (settings.yesOrNo('acknowledge', false)) return ackMs;
  if (settings.has('ackSeconds')) settings.fault('ackSeconds', 'needs acknowledge; set it to true');
  return null;
}

/** The address as it is when it has a path. */
function eventUrlOf(base: URL): URL {
  const url = new URL(base);
  if (url.pathname === '/') url.pathname = EVENT_PATH;
  return url;
}

function ackUrlOf(eventUrl: URL, channel: string): URL {
  const url = new URL(eventUrl);
  url.pathname = `${url.pathname.replace(/(?:\/event(?:\/1\.0)?)?\/?$/, '')}/ack`;
  url.search = `channel=${channel}`;
  return url;
}

/** Ids of acknowledgements count within a channel, so each opening has its own: none of an earlier one can be meant. */
function newChannel(url: URL, { hostName, wallMs, steadyMs }: Surroundings): string {
  return uuidOf([hostName(), url.href, wallMs(), steadyMs()].join('\n'));
}

/** The envelope with `labels` in front, and without what they replace; an envelope must not have a key twice. */
function labelled(body: string, labels: Labels): string {
  // A text before `event` has its quotes escaped, so the first place is the key itself.
  const event = body.indexOf(',"event":');
  const head = event < 0 ? null : objectOf(`${body.slice(0, event)}}`);
  if (head === null || Object.keys(labels).length === 0) return body;
  const keys = JSON.stringify({ ...labels, ...head, ...labels });
  return `${keys.slice(0, -1)}${body.slice(event)}`;
}
