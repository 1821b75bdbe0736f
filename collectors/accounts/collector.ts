import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Collector, LiveOutput } from '../collector.ts';
import { timeText } from '../envelope.ts';
import { linuxAccounts } from './linux.ts';
import { type MacCommands, macosAccounts } from './macos.ts';
import { AccountMemory } from './memory.ts';
import type { AccountSource } from './reading.ts';
import { AccountTroubles } from './troubles.ts';

/** How accounts are read. */
export interface AccountsCollectorOptions {
  /** Milliseconds between two readings. */
  readonly everyMs?: number;
  readonly clock: Clock;
  /** `darwin` asks the programs of macOS; any other reads the files of Linux. */
  readonly platform: NodeJS.Platform;
  /** Other places of the programs of macOS. */
  readonly commands?: Partial<MacCommands>;
  /** Default: that of the platform. */
  readonly source?: AccountSource;
}

const QUARTER_HOUR_MS = 15 * 60 * 1000;

/**
 * Emits a host record at start, and later when a reading shows something else or a new day (UTC) has begun. What could
 * not be read is as it was last known and makes the record incomplete.
 */
export function accountsCollector(options: AccountsCollectorOptions): Collector {
  return { name: 'host', run: (output, signal) => run(options, output, signal) };
}

async function run(
  options: AccountsCollectorOptions,
  output: LiveOutput,
  signal: AbortSignal,
): Promise<void> {
  const { everyMs = QUARTER_HOUR_MS, clock, platform, commands } = options;
  const source =
    options.source ?? (platform === 'darwin' ? macosAccounts(commands) : linuxAccounts());
  const memory = new AccountMemory();
  const troubles = new AccountTroubles(output);
  let emitted = '';
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one reading after the other
    const reading = await source.read(signal);
    // An abort makes programs fail.
    if (signal.aborted) return;
    const { facts, unread, isCut } = memory.complete(reading);
    troubles.tell(reading.faults, unread, isCut);
    const time = timeText(clock());
    const content = `${time.slice(0, DAY_LENGTH)} ${JSON.stringify(facts)}`;
    if (content !== emitted) output.line(JSON.stringify({ source: 'host', time, ...facts }));
    emitted = content;
    // It rejects for no other reason than the signal, which the loop asks for.
    // oxlint-disable-next-line no-await-in-loop -- one reading after the other
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

const DAY_LENGTH = '2026-11-02'.length;
