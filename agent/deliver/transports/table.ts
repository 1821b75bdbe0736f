import type { TransportType } from '../transport.ts';
import { FILE } from './file.ts';
import { SYSLOG } from './syslog.ts';

/** Every type of destination, by the word that `type` has in the configuration. */
export const TRANSPORT_TYPES: ReadonlyMap<string, TransportType> = new Map([
  ['file', FILE],
  ['syslog', SYSLOG],
]);
