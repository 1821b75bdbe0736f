/**
 * What an answer or an error of a receiver means for what was sent, by the tables `http-statuses.ts` and `error-codes.ts`.
 * Wrong credentials and certificates are a state of the configuration, never a reason to give an item up.
 */
import { ERROR_CODES } from './error-codes.ts';
import { excerptOf } from './excerpt.ts';
import { meaningOfStatus } from './http-statuses.ts';
import type { Outcome } from './outcome.ts';
import { retryAfterMs } from './retry-after.ts';
import { SecretFileError } from './secret-file.ts';

type Failure = Extract<Outcome, { readonly kind: 'retry' | 'config' | 'too-big' | 'rejected' }>;

/**
 * What an answer of HTTP means; `null` for 2xx, with which each protocol deals itself. `said` is an excerpt of the answer
 * that belongs into the detail.
 */
export function outcomeOfStatus(
  status: number,
  headers: ReadonlyMap<string, string>,
  wallMs: number,
  said = '',
): Failure | null {
  if (status >= 200 && status < 300) return null;
  if (status === 400 && NGINX_TLS.test(said))
    return failure('config', 'HTTP 400: a client certificate is wanted, or another one than this');
  const { kind, advice } = meaningOfStatus(status);
  const detail = `HTTP ${status}: ${advice}${said === '' ? '' : ` (it says: ${said})`}`;
  if (kind === 'retry')
    return { kind, detail, retryAfterMs: retryAfterMs(headers.get('retry-after'), wallMs) };
  return kind === 'rejected' ? { kind, detail, explicit: false } : { kind, detail };
}

/** The pages by which nginx refuses a client certificate, as an excerpt has them. */
const NGINX_TLS = /^page "400 (?:The SSL certificate error|No required SSL certificate was sent)"$/;

/** What an error on the way means. No text of it gets into the detail when its code is known. */
export function outcomeOfError(error: unknown): Failure {
  if (error instanceof SecretFileError) return { kind: 'config', detail: error.message };
  for (const { code, message } of causesOf(error)) {
    const refusal = outcomeOfTunnel(code, message);
    if (refusal !== null) return refusal;
    const meaning = ERROR_CODES.get(code);
    if (meaning !== undefined) return failure(meaning.kind, `${code}: ${meaning.advice}`);
  }
  const [first] = causesOf(error);
  const text = first === undefined ? String(error) : `${first.code}: ${first.message}`;
  return failure('retry', excerptOf(text));
}

/** A proxy that does not open the tunnel; undici has its status in the message only. */
function outcomeOfTunnel(code: string, message: string): Failure | null {
  const status =
    code === 'UND_ERR_ABORTED' ? /^Proxy response \((\d{3})\)/.exec(message)?.[1] : null;
  if (status === null || status === undefined) return null;
  if (status === '407')
    return failure('config', 'proxy, HTTP 407: it wants other credentials; correct proxy');
  const { kind } = meaningOfStatus(Number(status));
  return kind === 'retry'
    ? failure('retry', `proxy, HTTP ${status}: it does not reach the receiver`)
    : failure(
        'config',
        `proxy, HTTP ${status}: it does not let the agent through; allow the receiver there`,
      );
}

function failure(kind: 'config' | 'retry', detail: string): Failure {
  return kind === 'config' ? { kind, detail } : { kind, detail, retryAfterMs: null };
}

/** How many errors that were caused by one another are looked at. */
const MAX_CAUSES = 5;

interface Cause {
  /** Code of the error, or its name when it has none. */
  readonly code: string;
  readonly message: string;
}

/** The error and what it was caused by, the innermost last. */
function causesOf(error: unknown): readonly Cause[] {
  const causes: Cause[] = [];
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    const code =
      'code' in current && typeof current.code === 'string' ? current.code : current.name;
    causes.push({ code, message: current.message });
    current =
      current instanceof AggregateError && current.cause === undefined
        ? current.errors[0]
        : current.cause;
  }
  return causes;
}
