import { type Facts, type Moment, type Movement, step } from '../facts.ts';
import type { ProcessNode } from '../process-tree.ts';
import type { Upload } from '../upload-command.ts';
import { uploadedExports, uploadTarget } from './named-in-upload-command.ts';

/** The uploader descends from the session: whatever it sends, the tool's user started it from inside the tool. */
export function sentFromSession(
  facts: Facts,
  node: ProcessNode,
  upload: Upload,
  at: Moment,
): readonly Movement[] {
  const chain = node.chainId === null ? null : facts.chains.get(node.chainId);
  if (!chain) return [];
  const named = uploadedExports(facts, node, upload, at).find((own) => own.chain === chain);
  const link = named?.tie.link === 'lineage' ? 'lineage' : 'pipe';
  const target = uploadTarget(facts, upload, at);
  const evidence = 'piped-to-uploader';
  const path = named?.file.path ?? null;
  return [
    {
      chain,
      stage: 'upload',
      link,
      evidence,
      ...target,
      step: step(at, 'uploaded', node, { path, link, evidence, ...target }),
      places: named?.tie.trail ?? [],
    },
  ];
}

/** The uploader reads a pipe that the session's data comes through. */
export function pipedToUploader(facts: Facts, node: ProcessNode, at: Moment): readonly Movement[] {
  const { upload, downstreamOf } = node;
  const chain = downstreamOf && facts.chains.get(downstreamOf.chainId);
  if (!chain || !upload?.readsStandardInput) return [];
  const target = uploadTarget(facts, upload, at);
  const evidence = 'piped-to-uploader';
  const { link, places } = downstreamOf;
  return [
    {
      chain,
      stage: 'upload',
      link,
      evidence,
      ...target,
      step: step(at, 'uploaded', node, { link, evidence, ...target }),
      places,
    },
  ];
}
