import type { Evidence, Step } from '../../rules/finding.ts';
import { folderOf } from './folder-of.ts';

/** What happened in a step, as a phrase in our own words that an actor can follow (`renamed` by `mv`). */
export function stepWords(step: Step): string {
  if (step.evidence !== null) return EVIDENCE_WORDS[step.evidence];
  switch (step.action) {
    case 'tool-started':
      return 'database tool started';
    case 'tool-repeated':
      return 'database tool started again';
    case 'file-written':
      return step.link === 'temporal' ? 'appeared in time, written' : 'written';
    case 'file-moved':
      return isRename(step) ? 'renamed' : 'moved';
    case 'file-copied':
      return 'copied';
    case 'file-archived':
      return 'packed';
    case 'file-opened':
      return 'opened';
    case 'uploaded':
      return 'left the Mac';
    case 'connected':
      return 'connected';
  }
}

const EVIDENCE_WORDS = {
  'piped-to-uploader': 'piped out',
  'named-in-upload-command': 'named in an upload command, run',
  'landed-in-sync-folder': 'put into a synced folder',
  'opened-by-sync-client': 'opened for sync',
  'opened-by-browser': 'opened in a browser, service reached',
  'cloud-backed-folder': 'written into a synced folder',
  'flow-only': 'service reached',
} as const satisfies Record<Evidence, string>;

function isRename(step: Step): boolean {
  const { path, sourcePath } = step;
  return path !== null && sourcePath !== null && folderOf(path) === folderOf(sourcePath);
}
