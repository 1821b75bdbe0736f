/**
 * The codes in the answers of Splunk's HTTP Event Collector: what each means for the batch. Numbers and words are those of
 * Splunk's "Troubleshoot HTTP Event Collector"; what is kept of a refused batch was seen by others with Splunk 10.4.3 and
 * Splunk Cloud 10.5: events before `invalid-event-number` (counted from 0) are indexed, it and those behind it are not. No
 * document promises that, and other receivers of the protocol keep none, so all but the refused one go again.
 */
import { asInteger, own } from '../../../collectors/untrusted.ts';
import { failureOf, objectOf } from '../answer.ts';
import type { HttpAnswer } from '../http-client.ts';
import { type ItemAnswer, OK, type Outcome } from '../outcome.ts';
import { retryAfterMs } from '../retry-after.ts';

export const NO_ACKNOWLEDGEMENT =
  'acknowledgement is off for the token; remove acknowledge, or turn it on in Splunk';

/** A code that refuses the whole batch, or one event of it; one without a meaning here is not known. */
type Meaning = readonly [kind: 'taken' | 'retry' | 'config' | 'item', advice: string];

const TAKEN: Meaning = ['taken', ''];
const WRONG_TOKEN: Meaning = ['config', 'Splunk does not accept the token; correct tokenFile'];
const DISABLED: Meaning = ['config', 'the token is disabled; enable it in Splunk'];
const FULL: Meaning = ['retry', 'the queues of Splunk are full'];
const CHANNEL_LOST: Meaning = [
  'config',
  'the channel does not arrive; let X-Splunk-Request-Channel through to Splunk',
];
/** The body cannot be read, from the event on that is named. */
const UNREADABLE = 6;

const CODES = new Map<number, Meaning>([
  [0, TAKEN],
  [1, DISABLED],
  [2, WRONG_TOKEN],
  [3, WRONG_TOKEN],
  [4, WRONG_TOKEN],
  [5, ['config', 'Splunk sees no event; check what stands before it']],
  [UNREADABLE, ['item', 'Splunk cannot read it']],
  [7, ['config', 'the token does not allow the index; correct index, or the token in Splunk']],
  [8, ['retry', 'Splunk failed']],
  [9, ['retry', 'Splunk is busy']],
  [10, CHANNEL_LOST],
  [11, CHANNEL_LOST],
  [12, ['item', 'Splunk finds no event in it']],
  [13, ['item', 'Splunk finds an empty event in it']],
  [14, ['config', NO_ACKNOWLEDGEMENT]],
  [15, ['item', 'Splunk cannot read its fields']],
  [16, WRONG_TOKEN],
  [17, TAKEN],
  [18, FULL],
  [19, ['retry', 'acknowledgements of Splunk are not available']],
  [20, FULL],
  [21, WRONG_TOKEN],
  [22, DISABLED],
  [23, ['retry', 'Splunk is shutting down']],
  // Taken, with a warning that queues fill up.
  [24, TAKEN],
  [25, TAKEN],
  [26, FULL],
  [27, ['retry', 'too many acknowledgements are open in Splunk']],
  // What Splunk Cloud says for 10.
  [28, CHANNEL_LOST],
]);

/**
 * What an answer means for a batch of `count` events; `OK` says that Splunk took it, not yet that it is indexed. Its code
 * says more than its status; an answer without one is judged by the status.
 */
export function outcomeOfReply(
  answer: HttpAnswer,
  count: number,
  wallMs: number,
  secrets: readonly string[],
): Outcome {
  const failure = failureOf(answer, wallMs, secrets);
  const reply = objectOf(answer.text);
  const code = reply === null ? null : asInteger(own(reply, 'code'));
  const [kind, advice] = code === null ? TAKEN : (CODES.get(code) ?? ['unknown', 'not known']);
  const detail = `code ${code}: ${advice}`;
  const place = asInteger(own(reply ?? {}, 'invalid-event-number'));
  switch (kind) {
    case 'taken':
      return failure ?? OK;
    case 'retry':
      return {
        kind,
        detail,
        retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), wallMs),
      };
    case 'config':
      return { kind, detail };
    case 'item':
      // A server in trouble is no judge of items.
      return failure?.kind === 'retry'
        ? failure
        : refused(code === UNREADABLE, place, count, detail);
    case 'unknown':
      return failure ?? { kind: 'retry', detail, retryAfterMs: null };
  }
}

/**
 * Which of `count` events is refused. A body that cannot be read from its first event on says nothing about that event: so
 * answers Splunk Cloud to a body that is too long (seen by others), and so does a receiver that does not know gzip.
 */
function refused(
  isUnreadable: boolean,
  place: number | null,
  count: number,
  detail: string,
): Outcome {
  if (isUnreadable && (place === null || place === 0))
    return { kind: 'rejected', detail, explicit: false };
  if (place === null || place < 0 || place >= count)
    return { kind: 'rejected', detail, explicit: true };
  const again: ItemAnswer = { kind: 'retry', detail: 'Splunk refused another one of the batch' };
  return {
    kind: 'items',
    answers: Array.from({ length: count }, (_, index) =>
      index === place ? { kind: 'poison', detail } : again,
    ),
  };
}
