/**
 * Tokens of Microsoft Entra by the grant of client credentials. One token is kept until shortly before its end, measured by the
 * steady clock. What goes wrong is given as the outcome of the attempt that wanted the token.
 */
import { asArray, asInteger, asText, own } from '../../../collectors/untrusted.ts';
import { objectOf } from '../answer.ts';
import { outcomeOfStatus } from '../error-class.ts';
import type { HttpAnswer, HttpClient } from '../http-client.ts';
import type { Outcome } from '../outcome.ts';
import type { Surroundings } from '../transport.ts';

export interface EntraClient {
  /** Where tokens are given. */
  readonly url: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

/** A token is given up that long before its end. */
const EARLY_MS = 300_000;

export class EntraToken {
  readonly #http: HttpClient;
  readonly #client: EntraClient;
  readonly #at: Surroundings;
  #kept: { readonly token: string; readonly untilMs: number } | null = null;

  constructor(http: HttpClient, client: EntraClient, at: Surroundings) {
    this.#http = http;
    this.#client = client;
    this.#at = at;
  }

  /** A token, or why there is none. Rejects with errors of the connection. */
  async get(signal: AbortSignal): Promise<string | Outcome> {
    const { steadyMs, wallMs } = this.#at;
    if (this.#kept !== null && steadyMs() < this.#kept.untilMs) return this.#kept.token;
    this.#kept = null;
    const askedMs = steadyMs();
    const answer = await this.#ask(signal);
    const reply = objectOf(answer.text) ?? {};
    const failure = outcomeOfStatus(answer.status, answer.headers, wallMs());
    if (failure?.kind === 'retry') return failure;
    if (failure !== null) return { kind: 'config', detail: refusalOf(answer) };
    const token = asText(own(reply, 'access_token'));
    const seconds = asInteger(Number(own(reply, 'expires_in')));
    if (token === null || !/^[!-~]{1,32768}$/.test(token) || seconds === null)
      return { kind: 'retry', detail: 'Entra answers without a token', retryAfterMs: null };
    this.#kept = { token, untilMs: askedMs + seconds * 1000 - EARLY_MS };
    return token;
  }

  /** What no message may repeat. */
  secrets(): readonly string[] {
    return [this.#client.clientSecret, ...(this.#kept === null ? [] : [this.#kept.token])];
  }

  /** The token is not accepted: the next one is a new one. */
  forget(): void {
    this.#kept = null;
  }

  #ask(signal: AbortSignal): Promise<HttpAnswer> {
    const { url, clientId, clientSecret, scope } = this.#client;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    });
    const headers = new Map([
      ['content-type', 'application/x-www-form-urlencoded'],
      ['accept', 'application/json'],
    ]);
    return this.#http.request({ url, method: 'POST', headers, body: form.toString() }, signal);
  }
}

/** Codes of OAuth (RFC 6749) and of Entra; the sentences beside them name tenants and applications and stay out. */
function refusalOf({ status, text }: HttpAnswer): string {
  const reply = objectOf(text) ?? {};
  const error = asText(own(reply, 'error')) ?? '';
  const number = asInteger((asArray(own(reply, 'error_codes')) ?? [])[0]);
  const codes = [
    ...(/^[a-z_]{1,40}$/.test(error) ? [error] : []),
    ...(number === null ? [] : [`AADSTS${number}`]),
  ];
  return `Entra gives no token (HTTP ${status}${codes.map((code) => `, ${code}`).join('')}); check tenantId, clientId, clientSecretFile and scope`;
}
