import {
  type Clock,
  type Collector,
  CollectorError,
  type LiveOutput,
  type Trouble,
} from '../collector.ts';
import { HelperErrors } from './helper-errors.ts';
import { LineSplitter, MAX_LINE_BYTES } from './lines.ts';
import { OPENS_ENVELOPE_BYTES, toOpensEnvelope } from './opens.ts';
import { runHelper } from './run-helper.ts';
import { Silence } from './silence.ts';
import { UnreadableLines } from './unreadable-lines.ts';
import { chooseEvents, DEFAULT_EVENTS, listEvents, NEEDED_EVENTS } from './wanted-events.ts';

/** Comes with macOS 13 and later. */
export const DEFAULT_COMMAND: readonly string[] = ['/usr/bin/eslogger'];

export interface EndpointSecurityOptions {
  /** Program and first arguments of the helper; event names are added. Without it `DEFAULT_COMMAND`. */
  readonly command?: readonly string[];
  /** Why others could change what is at an absolute path, or `null`; the helper is not run when one of its words is such a path. */
  readonly distrust?: (path: string) => string | null;
  /** Names of the helper's events for the main run; the run of opens watches `open` alone, whatever stands here. */
  readonly events: readonly string[] | 'default';
  /** `opens` is the short second run, whose lines come in envelopes of the source `opens`. */
  readonly run: 'main' | 'opens';
  /** Without a line for so long the helper is reported as silent; `null` never. */
  readonly silentAfterMs: number | null;
  readonly clock: Clock;
}

/**
 * Endpoint Security through the helper, one line for each message. Lines are handed over as they come, none is kept: one
 * of more than 8 MiB becomes a fault, and a receiver that is slow makes the helper wait, so that losses show as missing
 * numbers. The run rejects when the helper ends by itself, with the reason that it gave.
 */
export function endpointSecurityCollector(options: EndpointSecurityOptions): Collector {
  return {
    name: 'endpoint-security',
    run: (output, signal) => watch(options, output, signal),
  };
}

async function watch(
  options: EndpointSecurityOptions,
  output: LiveOutput,
  signal: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  if (isOver()) return;
  const command = options.command ?? DEFAULT_COMMAND;
  const program = command[0] ?? '';
  refuseUntrusted(command, options.distrust);
  const known = await listEvents(command, signal);
  if (isOver()) return;
  const events = eventsToWatch(options, known, output, program);

  const errors = new HelperErrors();
  const silence = new Silence(
    options.silentAfterMs,
    () => {
      if (!isOver()) output.trouble(silentTrouble(program, options.silentAfterMs, errors.last));
    },
    () => output.recovered('helper-silent', null),
  );
  const unreadable = new UnreadableLines((count) =>
    output.trouble({
      code: 'unreadable-lines',
      detail: `${program}: ${count} lines within a minute could not be read; they are counted as dropped. Check that the helper writes NDJSON in UTF-8`,
      subject: null,
      lasts: false,
    }),
  );
  const isOpens = options.run === 'opens';
  const lines = new LineSplitter(
    {
      line: (text) => {
        silence.heard();
        output.line(isOpens ? toOpensEnvelope(text, options.clock) : text);
      },
      fault: (reason) => {
        silence.heard();
        unreadable.add();
        output.fault(reason);
      },
    },
    // In its envelope, too, a line must not be longer than the reader of captures takes.
    isOpens ? MAX_LINE_BYTES - OPENS_ENVELOPE_BYTES : MAX_LINE_BYTES,
  );
  try {
    const end = await runHelper(
      command,
      events,
      { stdout: (chunk) => lines.push(chunk), stderr: (chunk) => errors.push(chunk) },
      signal,
    );
    // The line that our own signal cut short is no loss of the source.
    if (isOver()) return;
    lines.end();
    throw errors.explain(program, end);
  } finally {
    silence.stop();
    unreadable.stop();
  }
}

/** A script that the program is told to run counts as much as the program. */
function refuseUntrusted(
  command: readonly string[],
  distrust: EndpointSecurityOptions['distrust'],
): void {
  for (const word of command) {
    const fault = word.startsWith('/') ? (distrust?.(word) ?? null) : null;
    if (fault !== null) throw new CollectorError('helper-missing', `${word}: is not run, ${fault}`);
  }
}

function eventsToWatch(
  { run, events: configured }: EndpointSecurityOptions,
  known: ReadonlySet<string> | null,
  output: LiveOutput,
  program: string,
): readonly string[] {
  const wanted = configured === 'default' ? DEFAULT_EVENTS : configured;
  const { events, missing } = chooseEvents(run === 'opens' ? ['open'] : wanted, known);
  for (const name of missing) {
    // Nobody asked for those of our own list, and an older macOS has fewer; without the needed ones there is no chain.
    const isRemark = configured === 'default' && !NEEDED_EVENTS.has(name);
    const advice = isRemark
      ? 'This macOS is older than the event'
      : 'Compare endpointSecurity.events with what it prints for --list-events';
    output.trouble({
      code: 'bad-event-name',
      detail: `${program}: knows no event "${name}"; the others are watched. ${advice}`,
      subject: name,
      lasts: true,
      ...(isRemark && { isRemark }),
    });
  }
  if (events.length === 0)
    throw new CollectorError(
      'bad-event-name',
      `${program}: knows none of the wanted events; compare endpointSecurity.events with what it prints for --list-events`,
    );
  return events;
}

function silentTrouble(program: string, afterMs: number | null, said: string | null): Trouble {
  const last = said === null ? 'it reported no error' : `its last error: ${said}`;
  return {
    code: 'helper-silent',
    detail: `${program}: wrote no line for ${afterMs} ms although it runs; ${last}`,
    subject: null,
    lasts: true,
  };
}
