/**
 * What the agent and the thread that lists processes say to each other. `list` asks for a list and `next` for the rest of it, and
 * each is answered once; `stop` has no answer of its own, but the one that is waited for comes soon.
 */
import { asFailure } from '../attempt.ts';
import { CollectorError } from '../collector.ts';
import { asArray, asInteger, asObject, asText, type JsonObject, own } from '../untrusted.ts';
import {
  type ListedProcess,
  MAX_COMMAND_LENGTH,
  MAX_PATH_LENGTH,
  type ProcessList,
} from './process-list.ts';

export type ListRequest = 'list' | 'next' | 'stop';

export type ListAnswer =
  | {
      readonly kind: 'rows';
      readonly rows: readonly ListedProcess[];
      readonly total: number;
      readonly isLast: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly code: 'command-failed' | 'command-missing';
      readonly message: string;
    };

/** Most rows, and about as many characters of command lines, of one answer: what arrives holds the agent up for some 3 ms. */
const MAX_ROWS = 500;
const MAX_CHARACTERS = 1024 * 1024;

/** Longest message of a failure, in characters. */
const MAX_MESSAGE_LENGTH = 500;

/** What is said of a list that could not be taken. */
export function failureAnswer(error: unknown): ListAnswer {
  const { code, message } = asFailure('listing processes', error);
  return {
    kind: 'failed',
    code: code === 'command-missing' ? code : 'command-failed',
    message: message.slice(0, MAX_MESSAGE_LENGTH),
  };
}

/** The answers that a list is told in, at least one. */
export function* answersOf({ processes, total }: ProcessList): Generator<ListAnswer> {
  let rows: ListedProcess[] = [];
  let characters = 0;
  for (const row of processes) {
    if (rows.length === MAX_ROWS || characters > MAX_CHARACTERS) {
      yield { kind: 'rows', rows, total, isLast: false };
      rows = [];
      characters = 0;
    }
    rows.push(row);
    characters += row.name.length + (row.path?.length ?? 0) + (row.cmd?.length ?? 0);
  }
  yield { kind: 'rows', rows, total, isLast: true };
}

/** The answer that a message is. Throws a `CollectorError` for anything else: then the thread is not what it was made to be. */
export function readAnswer(message: unknown): ListAnswer {
  const answer = asObject(message);
  const read = answer && (readRows(answer) ?? readFailure(answer));
  if (read) return read;
  throw new CollectorError(
    'command-failed',
    'the thread that lists processes gave no list but something else; report it',
  );
}

function readRows(answer: JsonObject): ListAnswer | null {
  const given = asArray(own(answer, 'rows'));
  const total = asInteger(own(answer, 'total'));
  const isLast = own(answer, 'isLast');
  if (own(answer, 'kind') !== 'rows') return null;
  if (given === null || total === null || typeof isLast !== 'boolean') return null;
  const rows = given.slice(0, MAX_ROWS).flatMap((row) => readRow(row) ?? []);
  return rows.length === given.length ? { kind: 'rows', rows, total, isLast } : null;
}

/** `null` when a part has another type or is too long, or one is missing that every process has. */
function readRow(value: unknown): ListedProcess | null {
  const row = asObject(value);
  if (!row) return null;
  const pid = asInteger(own(row, 'pid'));
  const ppid = asInteger(own(row, 'ppid'));
  const name = textOf(row, 'name', MAX_PATH_LENGTH);
  const uid = own(row, 'uid') === undefined ? undefined : asInteger(own(row, 'uid'));
  const path = own(row, 'path') === undefined ? undefined : textOf(row, 'path', MAX_PATH_LENGTH);
  const cmd = own(row, 'cmd') === undefined ? undefined : textOf(row, 'cmd', MAX_COMMAND_LENGTH);
  const startTime = own(row, 'startTime');
  if (pid === null || ppid === null || name === null) return null;
  if (uid === null || path === null || cmd === null) return null;
  if (startTime !== undefined && !(startTime instanceof Date)) return null;
  return { pid, ppid, uid, name, path, cmd, startTime };
}

/** `null` for a text that is none or too long. */
function textOf(row: JsonObject, key: string, length: number): string | null {
  const text = asText(own(row, key));
  return text !== null && text.length <= length ? text : null;
}

function readFailure(answer: JsonObject): ListAnswer | null {
  const code = own(answer, 'code');
  const message = textOf(answer, 'message', MAX_MESSAGE_LENGTH);
  if (own(answer, 'kind') !== 'failed') return null;
  if ((code !== 'command-failed' && code !== 'command-missing') || message === null) return null;
  return { kind: 'failed', code, message };
}
