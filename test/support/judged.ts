import { join } from 'node:path';
import { assemble } from '../../agent/assemble.ts';
import { readConfig } from '../../agent/config.ts';
import { type Summary, toSummary } from '../../agent/deliver/formats/summary.ts';
import { Ledger } from '../../agent/health/ledger.ts';
import { openInMemory } from '../../agent/store/database.ts';
import { Store } from '../../agent/store/store.ts';
import { CaptureReader } from '../../collectors/capture.ts';
import { loadCatalogue } from '../../rules/catalogue/load.ts';
import { loadRules } from '../../rules/sigma/load.ts';

const catalogue = loadCatalogue();
const { rules } = loadRules(join(import.meta.dirname, '../../rules/macos'));

export interface Judged {
  /** Every emission, in order. */
  readonly emissions: readonly Summary[];
  readonly ledger: Ledger;
}

/** Sends the bytes of a capture, which need not be text, through the whole pipeline with a database in memory. */
export function judged(capture: Buffer): Judged {
  const emissions: Summary[] = [];
  const ledger = new Ledger();
  const store = new Store(openInMemory());
  const { pipeline } = assemble({
    config: readConfig({}).config,
    catalogue,
    rules,
    store,
    ledger,
    emit: (finding) => emissions.push(toSummary(finding)),
  });
  const reader = new CaptureReader(pipeline);
  reader.push(capture);
  reader.end();
  pipeline.end();
  store.close();
  return { emissions, ledger };
}
