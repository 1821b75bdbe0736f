import { type Facts, type Moment, type Movement, step } from '../facts.ts';
import type { TrackedFile } from '../lineage.ts';
import type { ProcessNode } from '../process-tree.ts';
import { exportsOf } from '../tied.ts';

/** A sync client opened the chain's file to read it. Observed; that it uploads what it reads is its purpose. */
export function openedBySyncClient(
  facts: Facts,
  node: ProcessNode,
  file: TrackedFile,
  at: Moment,
): readonly Movement[] {
  const client = facts.kinds.syncClient(node.process);
  if (!client) return [];
  const folder = facts.cloud.syncFolder(file.path);
  const { service } = client;
  const destination = folder?.destination ?? null;
  const evidence = 'opened-by-sync-client';
  return exportsOf(facts, file).map(({ chain, tie }) => ({
    chain,
    stage: 'upload',
    link: tie.link,
    evidence,
    service,
    destination,
    step: step(at, 'file-opened', node, {
      path: file.path,
      link: tie.link,
      evidence,
      service,
      destination,
    }),
    places: tie.trail,
  }));
}
