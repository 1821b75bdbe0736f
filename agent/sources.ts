import { accountsCollector } from '../collectors/accounts/collector.ts';
import type { Clock } from '../collectors/collector.ts';
import { endpointSecurityCollector } from '../collectors/endpoint-security/collector.ts';
import { filesCollector } from '../collectors/files/collector.ts';
import { BurstSignal } from '../collectors/network/burst.ts';
import { networkCollector } from '../collectors/network/collector.ts';
import { resolverCollector } from '../collectors/network/resolver-collector.ts';
import { processesCollector } from '../collectors/processes/collector.ts';
import { ListThreads } from '../collectors/processes/list-threads.ts';
import { threadLists } from '../collectors/processes/thread-lists.ts';
import { listThreadScript } from './addons.ts';
import type { Config } from './config.ts';
import { FIRST_USER_ID } from './context/accounts.ts';
import type { LiveNeeds } from './live-needs.ts';
import { OPENS_PART, type Supervised } from './supervise.ts';
import { distrust } from './trust.ts';

const WATCHED = ['Downloads', 'Documents'];
const SILENT_AFTER_MS = 5 * 60_000;
const CHECK_ROOTS_MS = 60_000;
const MAX_ENTRIES = 20_000;
const RESOLVER_EVERY_MS = 5 * 60_000;
/**
 * How often processes are listed when there is no stream that reports them. Listing takes 20 ms to 200 ms of the processor, so
 * without a chain it may take an eight-hundredth of the time only, but not less than a look in half a minute.
 */
const FALLBACK_EVERY_MS = 5000;
const FALLBACK_SHARE = 1 / 800;
const FALLBACK_SLOWEST_MS = 30_000;

/**
 * The live sources in the order in which they are started: accounts, because roles and homes come from there; the stream,
 * before the process list that shows what is older than it; then folders, connections and names. Whoever asks for them more than
 * once gives the same `threads`.
 */
export function liveSources(
  config: Config,
  hosts: readonly string[],
  clock: Clock,
  needs: LiveNeeds,
  threads: ListThreads = new ListThreads(listThreadScript()),
): readonly Supervised[] {
  const { endpointSecurity, network, files, processes, accounts } = config;
  const burst = new BurstSignal();
  needs.onUploadTool(() => {
    burst.trigger();
  });
  // The helper runs as root. Elsewhere than on a Mac it stands in for one, out of whoever's checkout.
  const isGuarded = process.platform === 'darwin' && process.geteuid?.() === 0;
  const sensor = (run: 'main' | 'opens'): Supervised['make'] => {
    const { command, events } = endpointSecurity;
    const silentAfterMs = run === 'main' ? SILENT_AFTER_MS : null;
    return () =>
      endpointSecurityCollector({
        command,
        ...(isGuarded && { distrust: (path: string) => distrust(path) }),
        events: run === 'main' ? events : 'default',
        run,
        silentAfterMs,
        clock,
      });
  };
  return [
    {
      part: 'host',
      make: () =>
        accountsCollector({
          everyMs: accounts.everyMinutes * 60_000,
          clock,
          platform: process.platform,
        }),
    },
    { part: 'endpoint-security', make: sensor('main') },
    { part: OPENS_PART, make: sensor('opens'), isWanted: needs.wantsOpens },
    {
      part: 'processes',
      // Without a stream the fallback lists them anyway; when it comes back, the first list is what was missed.
      isWanted: needs.hasStream,
      make: () =>
        processesCollector({
          everyMs: processes.everySeconds * 1000,
          clock,
          ...threadLists(threads),
        }),
    },
    {
      part: 'processes-fallback',
      make: () =>
        processesCollector({
          everyMs: FALLBACK_EVERY_MS,
          thrift: {
            share: FALLBACK_SHARE,
            slowestMs: FALLBACK_SLOWEST_MS,
            isActive: needs.isActive,
          },
          clock,
          ...threadLists(threads),
        }),
      isWanted: () => !needs.hasStream(),
    },
    {
      part: 'files',
      // The folders are known only when the accounts are.
      isWanted: () => needs.accounts().length > 0,
      make: () =>
        filesCollector({
          roots: () => rootsOf(needs),
          mode: () => (files.mode === 'crosscheck' && !needs.hasStream() ? 'fallback' : files.mode),
          checkMs: CHECK_ROOTS_MS,
          maxEntries: MAX_ENTRIES,
          clock,
        }),
    },
    {
      part: 'network',
      make: () =>
        networkCollector({
          idleMs: network.idleSeconds * 1000,
          activeMs: network.activeSeconds * 1000,
          isActive: needs.isActive,
          burst,
          clock,
        }),
    },
    ...(network.resolver
      ? [
          {
            part: 'resolver',
            make: () =>
              resolverCollector({
                names: hosts,
                everyMs: RESOLVER_EVERY_MS,
                jitter: Math.random,
                isActive: needs.isActive,
                clock,
              }),
          },
        ]
      : []),
  ];
}

/** Downloads and Documents of every user; service accounts have none. */
function rootsOf(needs: LiveNeeds): readonly { readonly path: string; readonly uid: number }[] {
  return needs
    .accounts()
    .filter(({ uid }) => uid >= FIRST_USER_ID)
    .flatMap(({ uid, home }) => WATCHED.map((folder) => ({ path: `${home}/${folder}`, uid })));
}
