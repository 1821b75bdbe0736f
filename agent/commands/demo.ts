import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../rules/finding.ts';
import { RESOURCES } from '../../rules/resources.ts';
import { sum } from '../health/ledger.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { findingText } from './finding-text.ts';
import { runCaptures } from './replay.ts';
import type { Output } from './terminal.ts';

const CAPTURE = join(RESOURCES, 'agent/commands/demo/capture.ndjson');

/** `spillwatch demo`: the bundled capture through the real pipeline, with a database in a temporary folder, for people to read. */
export async function demo(output: Output): Promise<ExitCode> {
  const state = mkdtempSync(join(tmpdir(), 'spillwatch-demo-'));
  try {
    const latest = new Map<string, Finding>();
    let emissions = 0;
    const { ledger } = await runCaptures({ captures: [CAPTURE], state }, (finding) => {
      emissions += 1;
      latest.set(finding.id, finding);
    });
    output.out('A recorded afternoon on a Mac: what became of it in the pipeline.\n\n');
    for (const finding of latest.values()) output.out(`${findingText(finding)}\n`);
    for (const [collector, account] of ledger.accounts()) {
      const { received, stored, skipped, dropped } = account;
      output.out(
        `${collector.padEnd(18)} received ${received} = stored ${stored} + skipped ${sum(skipped)} + dropped ${sum(dropped)}\n`,
      );
    }
    output.out(`${latest.size} findings, ${emissions} emissions\n`);
    return EXIT.done;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
