import type { Connection } from '../../../agent/store/sqlite.ts';
import { Store } from '../../../agent/store/store.ts';
import type { Finding } from '../../../rules/finding.ts';

/** Stores findings as the agent does, without the chains that caused them. */
export function keepFindings(connection: Connection, findings: readonly Finding[]): void {
  new Store(connection).commit({
    chains: [],
    places: [],
    steps: [],
    files: [],
    runs: [],
    exceptionHits: new Map(),
    findings,
    outgoing: [],
  });
}
