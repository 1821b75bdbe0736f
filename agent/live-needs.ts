import type { Clock } from '../collectors/collector.ts';
import type { Engine } from './assemble.ts';
import type { Config } from './config.ts';

/** What the engine wants of its sources now. */
export interface LiveNeeds {
  /** A chain may grow soon: samples are taken often. */
  readonly isActive: () => boolean;
  /** An export may be opened by somebody: `open` events are wanted. */
  readonly wantsOpens: () => boolean;
  /** Called when an upload tool was started: the next seconds matter. */
  readonly onUploadTool: (listener: () => void) => void;
  readonly accounts: () => readonly { readonly uid: number; readonly home: string }[];
  /** Endpoint Security speaks: the folder watcher only confirms. */
  readonly hasStream: () => boolean;
}

/** Read from the engine at each call. `listeners` are told of upload tools by whoever sees them start. */
export function liveNeeds(
  engine: Engine,
  listeners: (() => void)[],
  config: Config,
  clock: Clock,
): LiveNeeds {
  const since = (us: number | null): number => (us === null ? Infinity : clock() - us);
  const { facts, coverage } = engine;
  const flowUs = config.windows.flowMinutes * 60_000_000;
  const exportUs = config.windows.exportMinutes * 60_000_000;
  const hasFile = (): boolean => {
    for (const { exportedClockUs } of facts.chains.all()) {
      const { lineage, temporal } = exportedClockUs;
      if (Math.min(since(lineage), since(temporal)) <= flowUs) return true;
    }
    return false;
  };
  return {
    wantsOpens: hasFile,
    isActive: () => {
      if (hasFile()) return true;
      for (const chain of facts.chains.all())
        if (since(chain.lastRunClockUs) <= exportUs) return true;
      return false;
    },
    onUploadTool: (listener) => {
      listeners.push(listener);
    },
    accounts: () => (facts.accounts.seen()?.accounts ?? []).map(({ uid, home }) => ({ uid, home })),
    hasStream: () => since(coverage.state().lastUs) < 60_000_000,
  };
}
