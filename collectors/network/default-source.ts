import { CollectorError } from '../collector.ts';
import type { NetworkSource } from './connection.ts';
import { netstatSource } from './netstat-source.ts';
import { systemSource } from './system-source.ts';

/** The source of this platform: netstat on macOS, with systeminformation as its last resort; elsewhere the latter. */
export function defaultSource(): NetworkSource {
  return process.platform === 'darwin'
    ? firstThatWorks(netstatSource(), systemSource())
    : systemSource();
}

/** Samples by `first`, or by `second` when `first` is missing or not understood; when both fail, `first` says why. */
export function firstThatWorks(first: NetworkSource, second: NetworkSource): NetworkSource {
  return {
    sample: async (signal) => {
      try {
        return await first.sample(signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof CollectorError)) throw error;
        try {
          return await second.sample(signal);
        } catch {
          throw error;
        }
      }
    },
  };
}
