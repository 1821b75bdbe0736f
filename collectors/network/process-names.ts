import { open, readFile } from 'node:fs/promises';
import { runCommand } from '../command.ts';

/** What a process is called. */
export interface KnownNames {
  /** Its name for people, `null` when that cannot be told for sure. */
  readonly shown: string | null;
  /** Every name under which a list of connections may show it. */
  readonly all: readonly string[];
}

/**
 * Names of processes from a second look, at least of those asked for; a pid without entry is gone. Rejects with a
 * `CollectorError` when it cannot look.
 */
export type ProcessNames = (
  pids: ReadonlySet<number>,
  signal: AbortSignal,
) => Promise<ReadonlyMap<number, KnownNames>>;

/** Names by ps of macOS: `ucomm` is the kernel's name of the file (16 bytes), which a process cannot rewrite. */
export function psNames(file = '/bin/ps'): ProcessNames {
  return async (_pids, signal) =>
    readNames(await runCommand(file, ['-axo', 'pid=,ucomm='], signal));
}

/** Rows of pid and name. A name with a newline may add rows, so a pid can have several names and none is lost. */
function readNames(text: string): ReadonlyMap<number, KnownNames> {
  const names = new Map<number, KnownNames>();
  for (const line of text.split('\n')) {
    const [, digits = '', name = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    if (name === '') continue;
    const known = names.get(Number(digits));
    const all = [...(known?.all ?? []), name.trim()];
    if (all.length <= MAX_NAMES)
      names.set(Number(digits), { shown: known ? null : name.trim(), all });
  }
  return names;
}

/** Most names of one pid; further ones are not kept. */
const MAX_NAMES = 16;

/** Processes that are looked at together; each takes two file descriptors. */
const AT_ONCE = 16;

/** Names by /proc: `comm`, and the first argument, from which netstat of Linux takes its names. */
export const procNames: ProcessNames = async (pids, signal) => {
  const names = new Map<number, KnownNames>();
  const waiting = [...pids];
  while (waiting.length > 0 && !signal.aborted) {
    const batch = waiting.splice(0, AT_ONCE);
    // oxlint-disable-next-line no-await-in-loop -- one batch after the other, which bounds the open files
    const found = await Promise.all(batch.map(namesOf));
    for (const [index, pid] of batch.entries()) {
      const entry = found[index];
      if (entry) names.set(pid, entry);
    }
  }
  return names;
};

async function namesOf(pid: number): Promise<KnownNames | null> {
  try {
    const [file, argument] = await Promise.all([
      readFile(`/proc/${pid}/comm`, 'utf8'),
      firstArgument(pid),
    ]);
    const shown = file.trimEnd();
    const full = [shown, argument, argument.slice(argument.lastIndexOf('/') + 1)];
    // systeminformation ends a name at its first space, colon or slash.
    return { shown, all: [...full, ...full.map((name) => name.split(/[ :/]/, 1)[0] ?? '')] };
  } catch {
    return null;
  }
}

/** The first argument, as far as netstat reads it (511 bytes). */
async function firstArgument(pid: number): Promise<string> {
  const file = await open(`/proc/${pid}/cmdline`, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(511), 0, 511, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\0', 1)[0] ?? '';
  } finally {
    await file.close();
  }
}
