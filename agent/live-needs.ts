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

/** A stream of which the last line is older than this is none. */
const STREAM_US = 60_000_000;

/**
 * Read from the engine at each call; moments are those of the timeline, which goes on when the clock is set. `listeners` are
 * told of upload tools by whoever sees them start.
 */
export function liveNeeds(
  engine: Engine,
  listeners: (() => void)[],
  config: Config,
  clock: Clock,
): LiveNeeds {
  const { facts, coverage, pipeline } = engine;
  const since = (us: number | null): number =>
    us === null ? Infinity : clock() + pipeline.timeline.state().offsetUs - us;
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
    // A line from the future, too, is none: the clock was set back, and the stream has not spoken since.
    hasStream: () => Math.abs(since(coverage.state().lastUs)) < STREAM_US,
  };
}
