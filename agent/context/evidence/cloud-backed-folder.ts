import { type Facts, type Moment, type Movement, step } from '../facts.ts';
import type { ProcessNode } from '../process-tree.ts';

/** The export was written to a folder of the home that is itself synced, so writing was uploading. Inferred from the account. */
export function cloudBackedFolder(
  facts: Facts,
  moved: Movement,
  node: ProcessNode | null,
  at: Moment,
): readonly Movement[] {
  const { path } = moved.step;
  const backed = path === null ? null : facts.accounts.cloudBackedFolder(path);
  if (!backed) return [];
  const evidence = 'cloud-backed-folder';
  const place = {
    service: facts.cloud.serviceOfProvider(backed.provider),
    destination: backed.folder,
  };
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
