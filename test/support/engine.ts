import { join } from 'node:path';
import { assemble, type Engine } from '../../agent/assemble.ts';
import { readConfig } from '../../agent/config.ts';
import { Ledger } from '../../agent/health/ledger.ts';
import { saveSnapshot } from '../../agent/snapshot.ts';
import type { Connection } from '../../agent/store/sqlite.ts';
import { Store } from '../../agent/store/store.ts';
import { CaptureReader } from '../../collectors/capture.ts';
import { loadCatalogue } from '../../rules/catalogue/load.ts';
import type { Finding } from '../../rules/finding.ts';
import { loadRules } from '../../rules/sigma/load.ts';

const catalogue = loadCatalogue();
const { rules } = loadRules(join(import.meta.dirname, '../../rules/macos'));

export interface Running {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly reader: CaptureReader;
}

/** The engine on a database of the test's own, with everything that the database remembers. */
export function engineOn(
  connection: Connection,
  emit: (finding: Finding) => void = () => {},
): Running {
  const ledger = new Ledger();
  const store = new Store(connection);
  const { config } = readConfig({});
  const engine = assemble({ config, catalogue, rules, store, ledger, emit });
  const reader = new CaptureReader(engine.pipeline, engine.connections);
  return { engine, ledger, store, reader };
}

/** Replays lines as `replay --state` does: goes on where the database stopped, and keeps what a later run needs. */
export function replayOnto(connection: Connection, lines: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  const { engine, store, reader } = engineOn(connection, (finding) => findings.push(finding));
  reader.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  reader.end();
  const { pipeline, facts, coverage } = engine;
  pipeline.end();
  saveSnapshot({
    store,
    facts,
    coverage,
    timeline: pipeline.timeline,
    connections: () => reader.state(),
  });
  return findings;
}
