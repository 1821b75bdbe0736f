import type { Outcome } from './outcome.ts';

/** What an HTTP status means for what was sent, and what a person can do. */
export interface StatusMeaning {
  readonly kind: Extract<Outcome['kind'], 'retry' | 'config' | 'too-big' | 'rejected'>;
  readonly advice: string;
}

/**
 * By number. 400 may be the sender's fault as well as an item's: nginx answers it to a client certificate that it does not
 * like. Wrong credentials are never the fault of an item.
 */
export const HTTP_STATUSES: ReadonlyMap<number, StatusMeaning> = new Map([
  [400, rejected('the receiver, or what stands before it, refuses the request')],
  [401, config('the credentials are not accepted; renew them')],
  [403, config('the credentials do not allow this; check token and permissions')],
  [404, config('there is nothing at this address; correct the url')],
  [405, config('the address takes no such request; correct the url')],
  [407, config('the proxy wants other credentials; correct proxy')],
  [408, retry('the receiver did not wait')],
  [411, config('the receiver, or what stands before it, wants another form of request')],
  [413, { kind: 'too-big', advice: 'the receiver takes less at once' }],
  [415, config('the receiver wants another content type; correct body, contentType or gzip')],
  [421, config('the receiver is not responsible for this name; correct the url')],
  [422, rejected('the receiver refuses the content')],
  [425, retry('the receiver is not ready')],
  [429, retry('the receiver asks to send less')],
  [431, config('the receiver takes shorter headers; shorten the token')],
  [495, config('the client certificate is not accepted; renew it')],
  [496, config('a client certificate is wanted; set tls.certFile and tls.keyFile')],
  [497, config('the receiver wants https; correct the url')],
  [500, retry('the receiver failed')],
  [502, retry('the receiver is not reached by what stands before it')],
  [503, retry('the receiver is not available')],
  [504, retry('the receiver is too slow for what stands before it')],
  [507, retry('the receiver has no room')],
]);

/** What a status outside 2xx means; one that the table does not know by its hundreds. */
export function meaningOfStatus(status: number): StatusMeaning {
  const known = HTTP_STATUSES.get(status);
  if (known !== undefined) return known;
  if (status >= 500) return retry('the receiver failed');
  if (status >= 400) return config('the receiver refuses the request; check url and settings');
  if (status >= 300) return config('the receiver is elsewhere; correct the url');
  return retry('the answer is none');
}

function retry(advice: string): StatusMeaning {
  return { kind: 'retry', advice };
}

function config(advice: string): StatusMeaning {
  return { kind: 'config', advice };
}

function rejected(advice: string): StatusMeaning {
  return { kind: 'rejected', advice };
}
