import type { Finding } from '../../../rules/finding.ts';
import { boundText, keepEnds, MAX_EVIDENCES, MAX_FILES } from './ocsf-bounds.ts';

/** Bytes of JSON. A finding with as many steps and paths as are written, of everyday names, has a third of it. */
const HEAVY_BYTES = 300_000;

/**
 * Whether the names in a finding are so long, or so full of control characters, that steps and paths must be few: to write
 * them all would hold up the reading side for a tenth of a second. Looks at no more names than make it heavy.
 */
export function isHeavy(finding: Pick<Finding, 'steps' | 'files'>): boolean {
  let bytes = 0;
  for (const name of namesIn(finding)) {
    bytes += Buffer.byteLength(JSON.stringify(boundText(name)));
    if (bytes > HEAVY_BYTES) return true;
  }
  return false;
}

function* namesIn({ steps, files }: Parameters<typeof isHeavy>[0]): Generator<string> {
  for (const { process, connection, ...step } of keepEnds(steps, MAX_EVIDENCES)) {
    yield step.path ?? '';
    yield step.sourcePath ?? '';
    yield step.destination ?? '';
    yield step.service ?? '';
    yield process?.name ?? '';
    yield process?.executable ?? '';
    yield process?.signingId ?? '';
    yield process?.teamId ?? '';
    yield connection?.peerName ?? '';
  }
  yield* keepEnds(files, MAX_FILES);
}
