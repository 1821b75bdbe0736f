import { Resolver } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import type { Clock, Collector, LiveOutput } from '../collector.ts';
import { envelopes } from '../envelope.ts';
import { Outage } from '../outage.ts';
import { systemTimer, type Timer } from '../timer.ts';

/** The addresses of one name. Rejects when there is no answer; stops soon after `signal` aborts. */
export type Lookup = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Most look-ups in flight. */
const AT_ONCE = 8;

/** Most addresses of one name that are kept; a name with more is shared by so many that further ones say nothing. */
const MAX_ADDRESSES = 64;

/** Names are looked up at least this often, in milliseconds, also when nothing is going on. */
const QUIET_EVERY_MS = 3_600_000;

/** How soon a change of `isActive` is noticed, in milliseconds. */
const LOOK_EVERY_MS = 10_000;

/** What a resolver collector needs. */
export interface ResolverSettings {
  /** Names of the catalogue and the configuration only, never a name that somebody was seen to use. */
  readonly names: readonly string[];
  /** Milliseconds between two rounds while active. */
  readonly everyMs: number;
  /** A number from 0 to below 1: the interval becomes 0.9 to 1.1 times as long, so that a fleet does not ask as one. */
  readonly jitter: () => number;
  readonly isActive: () => boolean;
  readonly clock: Clock;
  readonly lookup?: Lookup;
  readonly timer?: Timer;
}

/**
 * Asks the resolver for the addresses of the catalogue's names: at start, then about every `everyMs` while active and once
 * an hour otherwise. One record a round. A name without answer is left out silently; only when all fail is that an
 * outage (`command-failed`) and no record.
 */
export function resolverCollector(settings: ResolverSettings): Collector {
  return {
    name: 'resolver',
    run: async (output, signal) => {
      const timer = settings.timer ?? systemTimer;
      const outage = new Outage(output, null);
      let askedAt = Number.NEGATIVE_INFINITY;
      let everyMs = 0;
      while (!signal.aborted) {
        const dueMs = settings.isActive() ? everyMs : Math.max(everyMs, QUIET_EVERY_MS);
        const waitMs = askedAt + dueMs - timer.now();
        if (waitMs > 0) {
          // oxlint-disable-next-line no-await-in-loop -- the pause before the next round
          await timer.pause(Math.min(waitMs, LOOK_EVERY_MS), signal);
          continue;
        }
        askedAt = timer.now();
        everyMs = settings.everyMs * (0.9 + 0.2 * settings.jitter());
        // oxlint-disable-next-line no-await-in-loop -- one round after the other
        await askAll(settings, output, outage, signal);
      }
    },
  };
}

interface Answer {
  readonly name: string;
  readonly address: string;
}

async function askAll(
  { names, lookup = resolverLookup(), clock }: ResolverSettings,
  output: LiveOutput,
  outage: Outage,
  signal: AbortSignal,
): Promise<void> {
  const answers: Answer[] = [];
  // Every look-up listens to it, which is more than Node expects of one signal.
  const lookups = new AbortController();
  setMaxListeners(2 * AT_ONCE, lookups.signal);
  const stop = (): void => lookups.abort();
  signal.addEventListener('abort', stop, { once: true });
  const waiting = [...new Set(names)];
  let answered = 0;
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (signal.aborted) return;
      try {
        // oxlint-disable-next-line no-await-in-loop -- each worker looks up one name at a time
        const addresses = await lookup(name, lookups.signal);
        answered += 1;
        for (const address of addresses.slice(0, MAX_ADDRESSES)) answers.push({ name, address });
      } catch {
        // Counted by not being counted: only when nobody answers is it trouble.
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  signal.removeEventListener('abort', stop);
  if (signal.aborted || names.length === 0) return;
  if (answered === 0) {
    const message = `none of the ${names.length} names of the catalogue could be resolved; check the network and the resolver of this machine`;
    outage.begin({ code: 'command-failed', message });
    return;
  }
  for await (const line of envelopes('resolver', 'answers', clock(), answers)) output.line(line);
  outage.end();
}

/**
 * IPv4 and IPv6 addresses by c-ares, with 2 s and one try for each server; rejects only when there are neither. Asks
 * `servers` (`address` or `address:port`), or those of the machine when there are none.
 */
export function resolverLookup(servers: readonly string[] = []): Lookup {
  return async (name, signal) => {
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    if (servers.length > 0) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const [four, six] = await Promise.allSettled([
        resolver.resolve4(name),
        resolver.resolve6(name),
      ]);
      if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
      return [four, six].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}
