import { join } from 'node:path';
import { assemble, type Engine } from '../../agent/assemble.ts';
import { readConfig } from '../../agent/config.ts';
import { type Summary, toSummary } from '../../agent/deliver/formats/summary.ts';
import { Ledger } from '../../agent/health/ledger.ts';
import { openInMemory } from '../../agent/store/database.ts';
import { Store } from '../../agent/store/store.ts';
import { CaptureReader } from '../../collectors/capture.ts';
import { loadCatalogue } from '../../rules/catalogue/load.ts';
import type { Finding } from '../../rules/finding.ts';
import { loadRules } from '../../rules/sigma/load.ts';
import type { Story } from './story.ts';

const catalogue = loadCatalogue();
const builtIn = loadRules(join(import.meta.dirname, '../../rules/macos'));

export interface Replayed {
  /** Every emission, in order. */
  readonly emissions: readonly Summary[];
  readonly findings: readonly Finding[];
  /** The last emission of each finding, in order of creation. */
  readonly last: readonly Summary[];
  readonly ledger: Ledger;
  readonly engine: Engine;
  readonly store: Store;
}

/** Sends a story through the whole pipeline, with a database in memory. */
export function replayed(
  story: Story | string,
  config: unknown = {},
  rules = builtIn.rules,
): Replayed {
  const findings: Finding[] = [];
  const ledger = new Ledger();
  const store = new Store(openInMemory());
  const engine = assemble({
    config: readConfig(config).config,
    catalogue,
    rules,
    store,
    ledger,
    emit: (finding) => findings.push(finding),
  });
  const reader = new CaptureReader(engine.pipeline);
  reader.push(Buffer.from(typeof story === 'string' ? story : story.text()));
  reader.end();
  engine.pipeline.end();
  const emissions = findings.map(toSummary);
  const last = new Map(emissions.map((summary) => [summary.finding, summary]));
  return { emissions, findings, last: [...last.values()], ledger, engine, store };
}
