/** Most processes of one list; what is above is left out, and `sampling-gap` lasts while there are more. */
export const MAX_PROCESSES = 20_000;

/** Longest command line, in characters; the rest is cut off. */
export const MAX_COMMAND_LENGTH = 8192;

/** Longest name and path, in characters; PATH_MAX of macOS is 1,024 bytes. */
export const MAX_PATH_LENGTH = 1024;

/** The part of a row of ps-list that is used. */
export interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly uid?: number | undefined;
  readonly path?: string | undefined;
  readonly cmd?: string | undefined;
  readonly startTime?: Date | undefined;
}

/** One list within the bounds above. */
export interface ProcessList {
  readonly processes: readonly ListedProcess[];
  /** How many there were, with those that are left out. */
  readonly total: number;
}

/** Where the lists of a collector come from. */
export interface ProcessLists {
  /** One list; there is one at a time. Rejects when it cannot be taken, or soon after `signal` aborts. */
  readonly list: (signal: AbortSignal) => Promise<ProcessList>;
  /** No more lists are asked for; resolves when what took them is gone, or cannot be ended. */
  readonly close?: () => Promise<void>;
}

/** A list cut down to the bounds, with the part of each row that is used. */
export function boundedList(processes: readonly ListedProcess[]): ProcessList {
  const bounded = processes
    .slice(0, MAX_PROCESSES)
    .map(({ pid, ppid, uid, name, path, cmd, startTime }) => ({
      pid,
      ppid,
      uid,
      name: cut(name, MAX_PATH_LENGTH),
      path: path === undefined ? undefined : cut(path, MAX_PATH_LENGTH),
      cmd: cut(cmd ?? '', MAX_COMMAND_LENGTH),
      startTime,
    }));
  return { processes: bounded, total: processes.length };
}

/** The first `length` characters, without half of a pair at the end. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
