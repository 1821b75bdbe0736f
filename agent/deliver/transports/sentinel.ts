/**
 * Microsoft Sentinel by the Logs Ingestion API of Azure Monitor: a data collection rule (DCR) takes an array of rows, whose columns
 * its stream must declare:
 *   TimeGenerated datetime, Uid string, Kind string, Severity string, Finding dynamic
 * Azure knows no repeats; `Uid` tells them. It takes 1 MB a call.
 */
import { failureOf } from '../answer.ts';
import { outcomeOfError } from '../error-class.ts';
import {
  type HttpAnswer,
  type HttpClient,
  type HttpSettings,
  openHttpClient,
  readHttpSettings,
} from '../http-client.ts';
import { readHttpsUrl } from '../https-url.ts';
import type { Item } from '../item.ts';
import { OK, type Outcome } from '../outcome.ts';
import { readSecretFile } from '../secret-file.ts';
import type { Settings } from '../settings.ts';
import type { Surroundings, Transport, TransportType } from '../transport.ts';
import { EntraToken } from './entra-token.ts';

const API_VERSION = '2023-01-01';
/** Where Entra gives tokens unless a destination says otherwise. */
export const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com';
const PUBLIC_SCOPE = 'https://monitor.azure.com/.default';
/** Azure cuts a longer column off, and half a finding is none. */
const MAX_COLUMN_BYTES = 64_000;

export const SENTINEL: TransportType = {
  formats: ['ocsf', 'ecs', 'summary'],
  batch: { maxItems: 500, maxBytes: 900 * 1024 },
  isBestEffort: false,
  read: (settings) => {
    const http = readHttpSettings(settings, 'endpoint');
    const url = rowsUrlOf(
      http.url,
      readName(settings, 'ruleId', /^dcr-[0-9a-f]{1,64}$/, 'must be the immutable id, dcr-…'),
      readName(settings, 'stream', /^(?:Custom|Microsoft)-\w{1,120}$/, 'must begin with Custom-'),
    );
    const authority = settings.has('authority')
      ? readHttpsUrl(settings, 'authority')
      : new URL(PUBLIC_AUTHORITY);
    const tenantId = readName(settings, 'tenantId', /^[\w.-]{1,100}$/, 'must be an id or a domain');
    const entra = {
      url: new URL(`/${tenantId}/oauth2/v2.0/token`, authority),
      clientId: settings.text('clientId'),
      scope: settings.optionalText('scope') ?? PUBLIC_SCOPE,
    };
    const secretFile = settings.path('clientSecretFile');
    return (at) => {
      const clientSecret = readSecretFile(secretFile);
      const login = openHttpClient(loginSettings(http, authority), at);
      const token = new EntraToken(login, { ...entra, clientSecret }, at);
      return new Sentinel(openHttpClient(http, at), login, token, url, at);
    };
  },
};

class Sentinel implements Transport {
  readonly #client: HttpClient;
  readonly #login: HttpClient;
  readonly #token: EntraToken;
  readonly #url: URL;
  readonly #at: Surroundings;

  constructor(
    client: HttpClient,
    login: HttpClient,
    token: EntraToken,
    url: URL,
    at: Surroundings,
  ) {
    this.#client = client;
    this.#login = login;
    this.#token = token;
    this.#url = url;
    this.#at = at;
  }

  async send(items: readonly Item[], signal: AbortSignal): Promise<Outcome> {
    if (items.some(({ body }) => Buffer.byteLength(body) > MAX_COLUMN_BYTES))
      return { kind: 'too-big', detail: 'a column of Azure holds 64 KB' };
    try {
      const rows = `[${items.map(toRow).join(',')}]`;
      const answer = await this.#post(rows, signal);
      if (!('status' in answer) || answer.status !== 401) return this.#outcomeOf(answer);
      // A token may be withdrawn before its time.
      this.#token.forget();
      return this.#outcomeOf(await this.#post(rows, signal));
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#client.close(), this.#login.close()]);
  }

  /** The answer, or why there is no token. */
  async #post(rows: string, signal: AbortSignal): Promise<HttpAnswer | Outcome> {
    const token = await this.#token.get(signal);
    if (typeof token !== 'string') return token;
    const headers = new Map([
      ['content-type', 'application/json'],
      ['authorization', `Bearer ${token}`],
    ]);
    return this.#client.request({ url: this.#url, method: 'POST', headers, body: rows }, signal);
  }

  #outcomeOf(answer: HttpAnswer | Outcome): Outcome {
    if (!('status' in answer)) return answer;
    if (answer.status === 403)
      return {
        kind: 'config',
        detail:
          'HTTP 403: the application may not send; give it the role Monitoring Metrics Publisher on the rule',
      };
    return failureOf(answer, this.#at.wallMs(), this.#token.secrets()) ?? OK;
  }
}

/** The body goes in as it is. */
function toRow({ timeUs, uid, kind, severity, body }: Item): string {
  const columns = JSON.stringify({
    TimeGenerated: new Date(Math.floor(timeUs / 1000)).toISOString(),
    Uid: uid,
    Kind: kind,
    Severity: severity,
  });
  return `${columns.slice(0, -1)},"Finding":${body}}`;
}

function rowsUrlOf(endpoint: URL, ruleId: string, stream: string): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/dataCollectionRules/${ruleId}/streams/${stream}`;
  url.search = `api-version=${API_VERSION}`;
  return url;
}

/** Certificates, pins and names of the endpoint are not those of the login; a CA that inspects all traffic is. */
function loginSettings(http: HttpSettings, url: URL): HttpSettings {
  const { caFile } = http.tls;
  return {
    ...http,
    url,
    tls: { caFile, certFile: null, keyFile: null, pins: [], serverName: null },
  };
}

function readName(settings: Settings, key: string, pattern: RegExp, fault: string): string {
  const name = settings.text(key);
  if (name !== '' && !pattern.test(name)) settings.fault(key, fault);
  return name;
}
