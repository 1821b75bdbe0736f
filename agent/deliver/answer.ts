/** What a receiver answers over HTTP. It may be anybody, and may repeat what was sent to it. */
import { asObject, type JsonObject } from '../../collectors/untrusted.ts';
import { outcomeOfStatus } from './error-class.ts';
import { excerptOf } from './excerpt.ts';
import type { HttpAnswer } from './http-client.ts';
import type { Outcome } from './outcome.ts';
import { isWebPage } from './web-page.ts';

/** A text as a JSON object; `null` when it is anything else. */
export function objectOf(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * What an answer means by its status; `null` for a 2xx, whose body is the protocol's affair. A page for people (a login, a
 * portal, a wrong port) is no success, whatever its status: no protocol for events answers with one.
 */
export function failureOf(
  { status, headers, text }: HttpAnswer,
  wallMs: number,
  secrets: readonly string[],
): Exclude<Outcome, { readonly kind: 'ok' | 'items' }> | null {
  const failure = outcomeOfStatus(status, headers, wallMs, excerptOf(text, secrets));
  if (failure !== null || !isWebPage(text)) return failure;
  return { kind: 'config', detail: 'a web page answers, not the receiver; correct the url' };
}
