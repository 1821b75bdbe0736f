/**
 * A POST of each batch to an address, for receivers without a protocol of their own. 2xx says that they have all of it. The
 * id of a batch is made of its items, so a receiver knows a batch that comes again; batches can be cut differently in a later
 * attempt, so what surely tells a repeat is `metadata.uid` in each item.
 *
 * With signing secrets a request is signed as Standard Webhooks 1.0 says, over the bytes on the wire. The libraries for it
 * take a body for text and cannot verify a compressed one, so signed bodies are compressed only when the settings say so.
 */
import { failureOf } from '../answer.ts';
import { readToken } from '../credentials.ts';
import { outcomeOfError } from '../error-class.ts';
import { type HeaderSettings, readHeaderFiles, readHeaderSettings } from '../header-settings.ts';
import {
  type HttpClient,
  type HttpSettings,
  openHttpClient,
  readHttpSettings,
} from '../http-client.ts';
import type { Item } from '../item.ts';
import { type ItemAnswer, OK, type Outcome } from '../outcome.ts';
import type { Settings } from '../settings.ts';
import type { Surroundings, Transport, TransportType } from '../transport.ts';
import { toWire } from '../wire-body.ts';
import { batchId, readSigningKey, signedHeaders } from './webhook-signature.ts';

export const WEBHOOK: TransportType = {
  formats: ['ocsf', 'ecs', 'splunk', 'summary'],
  batch: { maxItems: 500, maxBytes: 262_144 },
  isBestEffort: false,
  read: (settings) => {
    const hook = readWebhookSettings(settings);
    return (at) => new Webhook(hook, at);
  },
};

/** How the items of a batch stand in a request. */
const BODIES = ['ndjson', 'json-array', 'json-single'] as const;
type Body = (typeof BODIES)[number];

interface WebhookSettings {
  readonly http: HttpSettings;
  readonly body: Body;
  readonly contentType: string;
  readonly isGzip: boolean;
  readonly tokenFile: string | null;
  readonly headers: HeaderSettings;
  readonly signingSecretFiles: readonly string[];
}

/** Secrets at once: the one in use, the next one, and room for a mistake. */
const MAX_SIGNING_SECRETS = 4;

/** Headers that the agent writes itself. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['authorization', 'is written from tokenFile; set that'],
  ['content-encoding', 'is written by gzip; set that'],
  ['content-type', 'is written from contentType; set that'],
  ['webhook-id', 'is written by the agent; remove it'],
  ['webhook-signature', 'is written by the agent; remove it'],
  ['webhook-timestamp', 'is written by the agent; remove it'],
]);

function readWebhookSettings(settings: Settings): WebhookSettings {
  const http = readHttpSettings(settings);
  const body = settings.oneOf('body', BODIES, 'ndjson');
  const signingSecretFiles = settings.texts('signingSecretFiles');
  if (
    signingSecretFiles.length > MAX_SIGNING_SECRETS ||
    !signingSecretFiles.every((path) => path.startsWith('/'))
  )
    settings.fault('signingSecretFiles', `must be 1 to ${MAX_SIGNING_SECRETS} absolute paths`);
  return {
    http,
    body,
    contentType: readContentType(settings, body),
    isGzip: settings.yesOrNo('gzip', signingSecretFiles.length === 0),
    tokenFile: settings.optionalPath('tokenFile'),
    headers: readHeaderSettings(settings, WRITTEN),
    signingSecretFiles,
  };
}

function readContentType(settings: Settings, body: Body): string {
  const usual = body === 'ndjson' ? 'application/x-ndjson' : 'application/json';
  const type = settings.optionalText('contentType') ?? usual;
  if (!/^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)?$/.test(type))
    settings.fault('contentType', 'must be a media type such as application/json');
  return type;
}

class Webhook implements Transport {
  readonly #settings: WebhookSettings;
  readonly #at: Surroundings;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #keys: readonly Uint8Array[];
  /** What must not be told when the receiver repeats it. */
  readonly #secrets: readonly string[];
  readonly #client: HttpClient;

  constructor(settings: WebhookSettings, at: Surroundings) {
    this.#settings = settings;
    this.#at = at;
    const token = settings.tokenFile === null ? null : readToken(settings.tokenFile);
    const secretHeaders = readHeaderFiles(settings.headers.files);
    this.#headers = new Map([
      ...settings.headers.plain,
      ...secretHeaders,
      ...(token === null ? [] : [['authorization', `Bearer ${token}`] as const]),
    ]);
    this.#secrets = [...secretHeaders.values(), token ?? ''];
    this.#keys = settings.signingSecretFiles.map(readSigningKey);
    this.#client = openHttpClient(settings.http, at);
  }

  send(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    return this.#settings.body === 'json-single'
      ? this.#sendEach(items, signal)
      : this.#post(items, signal);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** One request an item, up to the first that is not taken. */
  async #sendEach(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    const answers: ItemAnswer[] = [];
    for (const item of items) {
      // oxlint-disable-next-line no-await-in-loop -- their order is kept
      const outcome = await this.#post([item], signal);
      if (outcome.kind !== 'ok' && answers.length === 0) return outcome;
      if (outcome.kind !== 'ok') {
        const detail = 'detail' in outcome ? outcome.detail : '';
        const rest = items.slice(answers.length).map(() => ({ kind: 'retry', detail }) as const);
        return { kind: 'items', answers: [...answers, ...rest] };
      }
      answers.push({ kind: 'ok' });
    }
    return OK;
  }

  async #post(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    const { http, body, contentType, isGzip } = this.#settings;
    try {
      const wire = await toWire(textOf(items, body), contentType, isGzip);
      const seconds = Math.floor(this.#at.wallMs() / 1000);
      const signed = signedHeaders(batchId(items), seconds, wire.bytes, this.#keys);
      const headers = new Map([...this.#headers, ...wire.headers, ...signed]);
      const answer = await this.#client.request(
        { url: http.url, method: 'POST', headers, body: wire.bytes },
        signal,
      );
      return failureOf(answer, this.#at.wallMs(), this.#secrets) ?? OK;
    } catch (error) {
      return outcomeOfError(error);
    }
  }
}

function textOf(items: readonly Item[], body: Body): string {
  switch (body) {
    case 'ndjson':
      return items.map((item) => `${item.body}\n`).join('');
    case 'json-array':
      return `[${items.map((item) => item.body).join(',')}]`;
    case 'json-single':
      return items.map((item) => item.body).join('');
  }
}
