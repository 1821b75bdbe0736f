/**
 * OpenTelemetry logs over HTTP with JSON (OTLP 1.x). Any 2xx counts; it may say how many records were refused, never which,
 * so a batch with a refused record is halved until the record is alone.
 */
import { asInteger, asObject, asText, own } from '../../../collectors/untrusted.ts';
import { failureOf, objectOf } from '../answer.ts';
import { readToken } from '../credentials.ts';
import { outcomeOfError } from '../error-class.ts';
import { excerptOf } from '../excerpt.ts';
import { readHeaderFiles, readHeaderSettings } from '../header-settings.ts';
import {
  type HttpAnswer,
  type HttpClient,
  openHttpClient,
  readHttpSettings,
} from '../http-client.ts';
import type { Item } from '../item.ts';
import { OK, type Outcome } from '../outcome.ts';
import type { Surroundings, Transport, TransportType } from '../transport.ts';
import { toWire } from '../wire-body.ts';
import { toLogsRequest } from './otlp-logs.ts';

const LOGS_PATH = '/v1/logs';

export const OTLP: TransportType = {
  formats: ['ocsf', 'ecs', 'summary'],
  batch: { maxItems: 500, maxBytes: 512 * 1024 },
  isBestEffort: false,
  read: (settings) => {
    const http = readHttpSettings(settings);
    const url = new URL(http.url);
    if (url.pathname === '/') url.pathname = LOGS_PATH;
    const tokenFile = settings.optionalPath('tokenFile');
    const written = tokenFile === null ? WRITTEN : new Map([...WRITTEN, ...BEARER]);
    const headers = readHeaderSettings(settings, written);
    const isGzip = settings.yesOrNo('gzip', true);
    return (at) => {
      const secretHeaders = readHeaderFiles(headers.files);
      const token = tokenFile === null ? null : readToken(tokenFile);
      const all = new Map([...headers.plain, ...secretHeaders]);
      if (token !== null) all.set('authorization', `Bearer ${token}`);
      const secrets = [...secretHeaders.values(), token ?? ''];
      return new Otlp(openHttpClient(http, at), { url, headers: all, secrets, isGzip }, at);
    };
  },
};

/** Headers that the agent writes itself. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['content-encoding', 'is written by gzip; set that'],
  ['content-type', 'is written by the agent; remove it'],
]);
const BEARER: ReadonlyMap<string, string> = new Map([
  ['authorization', 'is written from tokenFile; remove one of the two'],
]);

interface OtlpOptions {
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  /** What no message may repeat. */
  readonly secrets: readonly string[];
  readonly isGzip: boolean;
}

class Otlp implements Transport {
  readonly #client: HttpClient;
  readonly #options: OtlpOptions;
  readonly #at: Surroundings;
  readonly #hostName: string;

  constructor(client: HttpClient, options: OtlpOptions, at: Surroundings) {
    this.#client = client;
    this.#options = options;
    this.#at = at;
    this.#hostName = at.hostName();
  }

  async send(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    const { url, headers, secrets, isGzip } = this.#options;
    try {
      const text = toLogsRequest(items, this.#hostName);
      const body = await toWire(text, 'application/json', isGzip);
      const answer = await this.#client.request(
        { url, method: 'POST', headers: new Map([...headers, ...body.headers]), body: body.bytes },
        signal,
      );
      return (
        failureOf(answer, this.#at.wallMs(), secrets) ??
        outcomeOfExport(answer, items.length, secrets)
      );
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/** What a 2xx means for `count` records. Receivers differ in the body of a full success, so only a count says otherwise. */
function outcomeOfExport(answer: HttpAnswer, count: number, secrets: readonly string[]): Outcome {
  const partial = asObject(own(objectOf(answer.text) ?? {}, 'partialSuccess')) ?? {};
  const refused = readCount(own(partial, 'rejectedLogRecords'));
  if (refused === 0) return OK;
  if (refused === null)
    return { kind: 'retry', detail: 'how many are refused cannot be read', retryAfterMs: null };
  const words = excerptOf(asText(own(partial, 'errorMessage')) ?? '', secrets);
  const detail = `${refused} refused${words === '' ? '' : `: ${words}`}`;
  return count === 1
    ? { kind: 'items', answers: [{ kind: 'poison', detail }] }
    : { kind: 'rejected', detail, explicit: true };
}

/** A 64-bit number of protobuf's JSON, absent for 0; `null` when it is no count. */
function readCount(value: unknown): number | null {
  if (value === undefined || value === null) return 0;
  const text = asText(value);
  const count = text !== null && /^\d{1,15}$/.test(text) ? Number(text) : asInteger(value);
  return count !== null && count >= 0 ? count : null;
}
