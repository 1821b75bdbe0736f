import type { Chain } from './chain.ts';
import { hasExportName } from './export-name.ts';
import type { Facts } from './facts.ts';
import type { Tie, TrackedFile } from './lineage.ts';

export interface TiedExport {
  readonly chain: Chain;
  readonly tie: Tie;
}

/**
 * The chains that a file which leaves belongs to. A followed file that did not count yet counts by leaving; application
 * state does so only when somebody sent exactly that file (`isNamed`) and its name is one of an export.
 */
export function exportsOf(facts: Facts, file: TrackedFile, isNamed = false): readonly TiedExport[] {
  return file.ties.flatMap((tie) => {
    const chain = facts.chains.get(tie.chainId);
    if (!chain) return [];
    if (!tie.counts) {
      const isState = facts.accounts.place(file.path).isApplicationState;
      if (isState && !(isNamed && hasExportName(facts, file.path))) return [];
      facts.lineage.count(file, chain.id);
    }
    return [{ chain, tie }];
  });
}
