import type { Accountability } from './accountability.ts';
import { readAccountability } from './accountability.ts';
import type { LogSource } from './fields.ts';
import type { Filter } from './filter.ts';
import { readFilter } from './filter.ts';
import { readId, readLogSource, readTitle } from './header.ts';
import type { Place } from './problem.ts';

/** A Sigma filter that somebody answers for, as plain data, checked. It keeps matches silent and never changes a rule. */
export interface SigmaException extends Filter, Accountability {
  /** File relative to the rule folder, and document in it from 1. */
  readonly file: string;
  readonly document: number;
  readonly title: string;
  /** UUID in lower case; no rule and no other exception of the folder has it. */
  readonly id: string;
  /** The exception applies only to rules whose log source has at least these parts. */
  readonly logSource: LogSource;
}

/** Reads a document that has a `filter`; `null`, with complaints, when any part of it was refused. */
export function readException(
  keys: ReadonlyMap<unknown, unknown>,
  file: string,
  document: number,
  top: Place,
): SigmaException | null {
  if (keys.has('detection'))
    return top
      .key('detection')
      .refuse('invalid', 'a document has a detection or a filter; split it into two');
  const title = readTitle(keys.get('title'), top.key('title'));
  const id = keys.has('id')
    ? readId(keys.get('id'), top.key('id'))
    : top.key('id').refuse('invalid', 'an exception needs an id; make one with uuidgen');
  const logSource = readLogSource(keys.get('logsource'), top.key('logsource'));
  const filter = readFilter(keys.get('filter'), top.key('filter'));
  const accountability = readAccountability(keys.get('spillwatch'), top.key('spillwatch'));
  if (title === null || id === null || logSource === null) return null;
  if (filter === null || accountability === null) return null;
  return { file, document, title, id, logSource, ...filter, ...accountability };
}

/** Whether an exception still applied at a time, microseconds since 1970. */
export function isInForce(exception: SigmaException, timeUs: number): boolean {
  return timeUs < exception.expiresUs;
}
