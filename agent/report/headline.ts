import type { Finding } from '../../rules/finding.ts';
import { fileName } from '../deliver/formats/ocsf-bounds.ts';
import { isSimulated } from '../simulation/simulated.ts';
import { shorten } from './escape.ts';
import { folderOf } from './folder-of.ts';

const MAX_NAME = 60;

/**
 * Who did what with which data, as one sentence without a full stop; that of a simulation says so first. Holds names from
 * outside, each at most 60 characters: escape it.
 */
export function headlineOf(finding: Finding): string {
  return `${isSimulated(finding) ? 'Simulated: ' : ''}${sentenceOf(finding)}`;
}

function sentenceOf(finding: Finding): string {
  const who = shorten(finding.user ?? `uid ${finding.uid}`, MAX_NAME);
  const tool = shorten(finding.tool, MAX_NAME);
  const to = shorten(finding.service ?? finding.destination ?? 'an unknown service', MAX_NAME);
  const what = nameOf(savedUnder(finding.files[0], finding)) ?? 'data';
  const isTemporal = finding.link === 'temporal';
  switch (finding.stage) {
    case 'tool':
      return finding.count > 1 ? `${who} ran ${tool} ${finding.count} times` : `${who} ran ${tool}`;
    case 'export':
      return isTemporal
        ? `${what} appeared after ${who} ran ${tool}`
        : `${who} exported ${what} with ${tool}`;
    case 'suspected-upload':
      return isTemporal
        ? `${what} appeared after ${who} ran ${tool}, then ${to} was reached`
        : `${who} exported ${what} with ${tool}, then ${to} was reached`;
    case 'upload': {
      const [first, last] = pathsOut(finding).map(nameOf);
      if (last === undefined && finding.link === 'pipe')
        return `${who} sent the output of ${tool} to ${to}`;
      const disguise = last === undefined || last === first ? '' : ` as ${last}`;
      return `${who} took ${first ?? what} from ${tool} to ${to}${disguise}`;
    }
  }
}

/** The first and the last path of the data that left by the evidence of the finding; nothing when no step says. */
function pathsOut(finding: Finding): readonly string[] {
  const { steps, evidence } = finding;
  const at = steps.findLastIndex((step) => step.evidence === evidence && step.path !== null);
  const last = steps[at]?.path ?? null;
  if (last === null) return [];
  let first = last;
  for (const step of steps.slice(0, at + 1).toReversed())
    if (step.path === first && step.sourcePath !== null) first = step.sourcePath;
  return [savedUnder(first, finding), last];
}

/** Many programs write under a name of the moment and rename when they are done: then the name after that. */
function savedUnder<Path extends string | undefined>(
  path: Path,
  { steps }: Finding,
): Path | string {
  if (path === undefined) return path;
  const writer = steps.find((step) => step.action === 'file-written' && step.path === path);
  const rename = steps.find(
    (step) =>
      step.action === 'file-moved' &&
      step.sourcePath === path &&
      step.process?.pid === writer?.process?.pid &&
      step.path !== null &&
      folderOf(step.path) === folderOf(path),
  );
  return rename?.path ?? path;
}

function nameOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : shorten(fileName(path), MAX_NAME);
}
