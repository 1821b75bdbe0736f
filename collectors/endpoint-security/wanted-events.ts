import { LineSplitter } from './lines.ts';
import { runHelper } from './run-helper.ts';

/** What the chain needs: processes, and files that were written, moved, copied or removed. */
export const DEFAULT_EVENTS: readonly string[] = [
  'exec',
  'fork',
  'exit',
  'close',
  'create',
  'rename',
  'link',
  'clone',
  'copyfile',
  'unlink',
  'truncate',
];

/** Without them no chain is seen. */
export const NEEDED_EVENTS: ReadonlySet<string> = new Set(['exec', 'fork', 'exit']);

/** How long the helper may take to list its events before it is asked for the wanted ones as they are. */
export const LIST_TIMEOUT_MS = 5000;

/** A list that is longer is none. */
const MAX_LIST_BYTES = 64 * 1024;

/** A name that can be no option of the helper. */
const EVENT_NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** Wanted events that the helper can watch, and those that it does not know, each once. */
export interface EventChoice {
  readonly events: readonly string[];
  readonly missing: readonly string[];
}

/** `known` is `null` when the helper does not say what it knows: then every name that looks like one is asked for. */
export function chooseEvents(
  wanted: readonly string[],
  known: ReadonlySet<string> | null,
): EventChoice {
  const names = [...new Set(wanted)];
  const isKnown = (name: string): boolean =>
    EVENT_NAME.test(name) && (known === null || known.has(name));
  return {
    events: names.filter(isKnown),
    missing: names.filter((name) => !isKnown(name)),
  };
}

/**
 * The events that the helper says it knows (`--list-events`, one a line), or `null` when it does not say: it has no such
 * option, prints nothing, prints more than 64 KiB or takes longer than `timeoutMs`. Rejects with a `CollectorError` when
 * the helper cannot be started.
 */
export async function listEvents(
  command: readonly string[],
  signal: AbortSignal,
  timeoutMs = LIST_TIMEOUT_MS,
): Promise<ReadonlySet<string> | null> {
  const names = new Set<string>();
  const lines = new LineSplitter(
    {
      line: (text) => {
        const name = text.trim();
        if (EVENT_NAME.test(name)) names.add(name);
      },
      fault: () => {},
    },
    MAX_LIST_BYTES,
  );
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), timeoutMs);
  let bytes = 0;
  try {
    const { status } = await runHelper(
      command,
      ['--list-events'],
      {
        stdout: (chunk) => {
          bytes += chunk.length;
          if (bytes > MAX_LIST_BYTES) enough.abort();
          else lines.push(chunk);
        },
        stderr: () => {},
      },
      AbortSignal.any([signal, enough.signal]),
    );
    lines.end();
    return status === 0 && !enough.signal.aborted && names.size > 0 ? names : null;
  } finally {
    clearTimeout(timer);
  }
}
