/**
 * The one table that says what an answer or an error of a receiver means for what was sent. Wrong credentials and
 * certificates are a state of the configuration, never a reason to give an item up.
 */
import type { Outcome } from './outcome.ts';
import { retryAfterMs } from './retry-after.ts';
import { SecretFileError } from './secret-file.ts';

type Failure = Extract<Outcome, { readonly kind: 'retry' | 'config' | 'too-big' | 'rejected' }>;
type Class = Failure['kind'];

/** What each HTTP status means, by number; every other one of 4xx is `config`, of 5xx `retry`, of 3xx `config`. */
const STATUSES: ReadonlyMap<number, { readonly kind: Class; readonly advice: string }> = new Map([
  [
    400,
    { kind: 'rejected', advice: 'the receiver, or what stands before it, refuses the request' },
  ],
  [401, { kind: 'config', advice: 'the credentials are not accepted; renew them' }],
  [
    403,
    { kind: 'config', advice: 'the credentials do not allow this; check token and permissions' },
  ],
  [404, { kind: 'config', advice: 'there is nothing at this address; correct the url' }],
  [405, { kind: 'config', advice: 'the address takes no such request; correct the url' }],
  [407, { kind: 'config', advice: 'the proxy wants other credentials; correct proxy' }],
  [408, { kind: 'retry', advice: 'the receiver did not wait' }],
  [413, { kind: 'too-big', advice: 'the receiver takes less at once' }],
  [
    415,
    {
      kind: 'config',
      advice: 'the receiver wants another content type; correct body or contentType',
    },
  ],
  [422, { kind: 'rejected', advice: 'the receiver refuses the content' }],
  [425, { kind: 'retry', advice: 'the receiver is not ready' }],
  [429, { kind: 'retry', advice: 'the receiver asks to send less' }],
  [431, { kind: 'config', advice: 'the receiver takes shorter headers; shorten the token' }],
  [495, { kind: 'config', advice: 'the client certificate is not accepted; renew it' }],
  [
    496,
    { kind: 'config', advice: 'a client certificate is wanted; set tls.certFile and tls.keyFile' },
  ],
  [500, { kind: 'retry', advice: 'the receiver failed' }],
  [502, { kind: 'retry', advice: 'the receiver is not reached by what stands before it' }],
  [503, { kind: 'retry', advice: 'the receiver is not available' }],
  [504, { kind: 'retry', advice: 'the receiver is too slow for what stands before it' }],
]);

/** Codes of Node, OpenSSL and undici that another configuration mends; every other error is `retry`. */
const ERRORS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'the certificate of the receiver has expired; renew it there'],
  ['CERT_NOT_YET_VALID', 'the certificate of the receiver is not valid yet; check both clocks'],
  ['CERT_REVOKED', 'the certificate of the receiver is revoked; renew it there'],
  ['CERT_SIGNATURE_FAILURE', 'the certificate of the receiver is damaged; check tls.caFile'],
  ['CERT_UNTRUSTED', 'the certificate of the receiver is not trusted; set tls.caFile'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the receiver signed its own certificate; set tls.caFile to it'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the CA of the receiver is not known; set tls.caFile'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'the CA of the receiver is not known; set tls.caFile'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the CA of the receiver is not known; set tls.caFile'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the CA of the receiver is not known; set tls.caFile'],
  ['INVALID_CA', 'tls.caFile holds no certificate of a CA; correct it'],
  ['INVALID_PURPOSE', 'the certificate of the receiver is not for a server; renew it there'],
  ['HOSTNAME_MISMATCH', 'the certificate is for another name; correct the url or tls.serverName'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'the certificate is for another name; correct the url or tls.serverName',
  ],
  [
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'the receiver does not know the CA of the client certificate; renew it',
  ],
  [
    'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
    'the receiver does not accept the client certificate; renew it',
  ],
  [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'a client certificate is wanted; set tls.certFile and tls.keyFile',
  ],
  [
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'the receiver does not accept the client certificate; renew it',
  ],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'the client certificate has expired; renew it'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'the client certificate is revoked; renew it'],
  [
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    'the receiver does not accept the client certificate; renew it',
  ],
  [
    'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
    'the client certificate is of a kind that the receiver does not take; renew it',
  ],
  [
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'the receiver does not accept this TLS or the client certificate',
  ],
  [
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'the receiver speaks no TLS version that the agent does',
  ],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'the receiver speaks no TLS version that the agent does'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'the receiver speaks no TLS there; correct the port'],
  ['ERR_SPILLWATCH_PIN', 'no pin fits the key of the receiver; correct tls.pins'],
  ['ERR_INVALID_URL', 'the address cannot be read; correct the url'],
]);

/** What an answer of HTTP means; `null` for 2xx, with which each protocol deals itself. */
export function outcomeOfStatus(
  status: number,
  headers: ReadonlyMap<string, string>,
  wallMs: number,
): Failure | null {
  if (status >= 200 && status < 300) return null;
  const row = STATUSES.get(status);
  const kind = row?.kind ?? (status >= 500 || status < 300 ? 'retry' : 'config');
  const advice = row?.advice ?? (status < 400 ? 'the receiver is elsewhere; correct the url' : '');
  const detail = `HTTP ${status}${advice === '' ? '' : `: ${advice}`}`;
  if (kind === 'retry')
    return { kind, detail, retryAfterMs: retryAfterMs(headers.get('retry-after'), wallMs) };
  return kind === 'rejected' ? { kind, detail, explicit: false } : { kind, detail };
}

/** What an error on the way means. */
export function outcomeOfError(error: unknown): Failure {
  if (error instanceof SecretFileError) return { kind: 'config', detail: error.message };
  for (const { code, message } of causesOf(error)) {
    // OpenSSL 3.2 and later name the same alerts differently.
    const advice = ERRORS.get(code.replace('_SSL/TLS_ALERT_', '_SSLV3_ALERT_'));
    if (advice !== undefined) return { kind: 'config', detail: `${code}: ${advice}` };
    if (code === 'UND_ERR_ABORTED' && /\b407\b/.test(message))
      return { kind: 'config', detail: '407: the proxy wants other credentials; correct proxy' };
  }
  const [{ code, message } = { code: '', message: String(error) }] = causesOf(error);
  return { kind: 'retry', detail: oneLine(`${code} ${message}`), retryAfterMs: null };
}

/** The error and what it was caused by, the innermost last; no deeper than this. */
const MAX_CAUSES = 5;

function causesOf(error: unknown): readonly { readonly code: string; readonly message: string }[] {
  const causes = [];
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    causes.push({ code: 'code' in current ? String(current.code) : '', message: current.message });
    current =
      current instanceof AggregateError && current.cause === undefined
        ? current.errors[0]
        : current.cause;
  }
  return causes;
}

/** Characters of a detail. */
const MAX_DETAIL = 200;

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, MAX_DETAIL);
}
