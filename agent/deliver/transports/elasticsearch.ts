/**
 * The bulk interface of Elasticsearch and OpenSearch. Each item is created under its uid, so a repeat is answered as a
 * conflict and nothing is there twice (until the index behind a data stream rolls over, elastic/elasticsearch#44794). An
 * answer of 2xx names the fate of each item.
 */
import { asArray, asInteger, asObject, asText, own } from '../../../collectors/untrusted.ts';
import { failureOf, objectOf } from '../answer.ts';
import { basic, readLogin, readToken } from '../credentials.ts';
import { outcomeOfError } from '../error-class.ts';
import { excerptOf } from '../excerpt.ts';
import {
  type HttpAnswer,
  type HttpClient,
  openHttpClient,
  readHttpSettings,
} from '../http-client.ts';
import type { Item } from '../item.ts';
import { type ItemAnswer, OK, type Outcome } from '../outcome.ts';
import type { Settings } from '../settings.ts';
import type { Surroundings, Transport, TransportType } from '../transport.ts';
import { toWire } from '../wire-body.ts';

const DEFAULT_INDEX = 'logs-spillwatch.findings-default';
/** What is read of an answer; without this a long batch has an answer that is longer than is read. */
const ANSWER_FIELDS = 'errors,items.*.status,items.*.error.type,items.*.error.reason';

export const ELASTICSEARCH: TransportType = {
  formats: ['ecs', 'ocsf', 'summary'],
  batch: { maxItems: 500, maxBytes: 1_048_576 },
  isBestEffort: false,
  read: (settings) => {
    const http = readHttpSettings(settings);
    const options: BulkOptions = {
      url: bulkUrlOf(http.url),
      index: readIndex(settings),
      isGzip: settings.yesOrNo('gzip', true),
    };
    const readAuthorization = readCredentials(settings);
    return (at) => new Elasticsearch(openHttpClient(http, at), readAuthorization(), options, at);
  },
};

interface BulkOptions {
  readonly url: URL;
  readonly index: string;
  readonly isGzip: boolean;
}

interface Authorization {
  readonly header: string;
  readonly secrets: readonly string[];
}

class Elasticsearch implements Transport {
  readonly #client: HttpClient;
  readonly #authorization: Authorization | null;
  readonly #options: BulkOptions;
  readonly #at: Surroundings;

  constructor(
    client: HttpClient,
    authorization: Authorization | null,
    options: BulkOptions,
    at: Surroundings,
  ) {
    this.#client = client;
    this.#authorization = authorization;
    this.#options = options;
    this.#at = at;
  }

  async send(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    const { url, index, isGzip } = this.#options;
    try {
      const text = items.map((item) => `${createLine(index, item)}\n${document(item)}\n`).join('');
      const body = await toWire(text, 'application/x-ndjson', isGzip);
      const headers = new Map([...body.headers, ['accept', 'application/json']]);
      if (this.#authorization !== null) headers.set('authorization', this.#authorization.header);
      const request = { url, method: 'POST', headers, body: body.bytes } as const;
      const answer = await this.#client.request(request, signal);
      const secrets = this.#authorization?.secrets ?? [];
      return (
        failureOf(answer, this.#at.wallMs(), secrets) ??
        outcomeOfBulk(answer, items.length, secrets)
      );
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function createLine(index: string, { uid }: Item): string {
  return JSON.stringify({ create: { _index: index, _id: uid } });
}

/** A data stream takes no document without a time of its own, which only ECS has. */
function document({ body, timeUs }: Item): string {
  if (body.startsWith('{"@timestamp":')) return body;
  const time = new Date(Math.floor(timeUs / 1000)).toISOString();
  return `{"@timestamp":"${time}",${body.slice(1)}`;
}

/** What the answer to a batch of `count` items means; one that does not fit the batch says nothing about any item. */
function outcomeOfBulk(answer: HttpAnswer, count: number, secrets: readonly string[]): Outcome {
  const reply = objectOf(answer.text) ?? {};
  const results = asArray(own(reply, 'items'));
  if (results?.length !== count)
    return { kind: 'retry', detail: 'the answer does not fit what was sent', retryAfterMs: null };
  if (own(reply, 'errors') === false) return OK;
  const verdicts = results.map((result) => verdictOf(result, secrets));
  const settings = verdicts.find((verdict) => verdict.kind === 'config');
  if (settings !== undefined) return settings;
  return { kind: 'items', answers: verdicts.filter((verdict) => verdict.kind !== 'config') };
}

/** Permissions, a full disk, an index that may not be made: nothing that another item would change. */
const CONFIG_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 405]);
const RETRY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

type Verdict = ItemAnswer | { readonly kind: 'config'; readonly detail: string };

function verdictOf(result: unknown, secrets: readonly string[]): Verdict {
  const created = asObject(own(asObject(result) ?? {}, 'create')) ?? {};
  const status = asInteger(own(created, 'status'));
  if (status === 200 || status === 201) return { kind: 'ok' };
  if (status === 409) return { kind: 'duplicate' };
  const error = asObject(own(created, 'error')) ?? {};
  const words = ['type', 'reason']
    .map((key) => excerptOf(asText(own(error, key)) ?? '', secrets))
    .filter((text) => text !== '');
  const detail = `item status ${status ?? 'missing'}${words.map((text) => `: ${text}`).join('')}`;
  if (status === null || RETRY_STATUSES.has(status) || status < 400 || status >= 500)
    return { kind: 'retry', detail };
  return { kind: CONFIG_STATUSES.has(status) ? 'config' : 'poison', detail };
}

function bulkUrlOf(base: URL): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/_bulk`;
  url.searchParams.set('filter_path', ANSWER_FIELDS);
  return url;
}

function readIndex(settings: Settings): string {
  const index = settings.optionalText('index') ?? DEFAULT_INDEX;
  if (!/^[a-z0-9][a-z0-9._-]{0,254}$/.test(index))
    settings.fault('index', 'must be 1 to 255 of a-z, 0-9, ".", "_" and "-"');
  return index;
}

/** Reads which credentials to use; the function it gives reads them. */
function readCredentials(settings: Settings): () => Authorization | null {
  const apiKeyFile = settings.optionalPath('apiKeyFile');
  const basicFile = settings.optionalPath('basicFile');
  if (apiKeyFile !== null && basicFile !== null)
    settings.fault('basicFile', 'stands beside apiKeyFile; remove one of the two');
  return () => {
    if (apiKeyFile !== null) {
      const key = readToken(apiKeyFile);
      return { header: `ApiKey ${key}`, secrets: [key] };
    }
    if (basicFile === null) return null;
    const login = readLogin(basicFile);
    const header = basic(login);
    return {
      header,
      secrets: [header.slice('Basic '.length), login.slice(login.indexOf(':') + 1)],
    };
  };
}
