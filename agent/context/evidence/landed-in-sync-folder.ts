import { type Facts, type Moment, type Movement, step } from '../facts.ts';
import type { ProcessNode } from '../process-tree.ts';

/** The export now lies in a provider's folder: the provider's client uploads whatever is put there. Observed. */
export function landedInSyncFolder(
  facts: Facts,
  moved: Movement,
  node: ProcessNode | null,
  at: Moment,
): readonly Movement[] {
  const { path } = moved.step;
  const place = path === null ? null : facts.cloud.syncFolder(path);
  if (!place) return [];
  const evidence = 'landed-in-sync-folder';
  return [
    {
      ...moved,
      stage: 'upload',
      evidence,
      ...place,
      step: step(at, 'uploaded', node, { path, link: moved.link, evidence, ...place }),
    },
  ];
}
