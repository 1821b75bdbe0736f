/** What the agent takes as root only from places that nobody else could have written to. Elsewhere nothing is refused. */
import { dirname } from 'node:path';
import { ARE_SHIPPED, RESOURCES } from '../../rules/resources.ts';
import { LogFile, LogFileError } from '../health/log-file.ts';
import { InputError, type Knowledge, loadKnowledge } from '../knowledge.ts';
import { distrust, distrustBelow } from '../trust.ts';

/** Root writes into no folder in which others could lay a trap. */
export function openLogFile(path: string): LogFile {
  const fault = process.geteuid?.() === 0 ? distrust(dirname(path)) : null;
  if (fault !== null) throw new LogFileError(`${path}: is not used, ${fault}`);
  return new LogFile(path);
}

/** Rules of a named folder, and all that ships, are used by root only when nobody else could have written them. */
export function guardedKnowledge(folder: string | undefined): Knowledge {
  const guarded = [...(folder === undefined ? [] : [folder]), ...(ARE_SHIPPED ? [RESOURCES] : [])];
  for (const place of process.geteuid?.() === 0 ? guarded : []) {
    const fault = distrustBelow(place);
    if (fault !== null) throw new InputError(`${place}: is not used, ${fault}`);
  }
  return loadKnowledge(folder);
}

/** As `guardedKnowledge`; where that is refused by now, the one of before with the reason as a problem of it. */
export function newerKnowledge(folder: string | undefined, before: Knowledge): Knowledge {
  try {
    return guardedKnowledge(folder);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...before, problems: [...new Set([...before.problems, error.message])] };
  }
}
