import type { TransportType } from '../transport.ts';

/** Every type of destination, by the word that `type` has in the configuration. */
export const TRANSPORT_TYPES: ReadonlyMap<string, TransportType> = new Map([]);
