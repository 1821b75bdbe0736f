import type { Config } from '../config.ts';
import { type Chain, stageOf } from '../context/chain.ts';
import type { Miss, Refusal } from '../context/misses.ts';

/** Sentences for `spillwatch explain`: what failed, by how much, and what would have been needed. */

export function explainRefusal(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'service-account':
      return `uid ${refusal.userId} is below 500, a service account and no user: recorded in the baseline, never a finding`;
    case 'information-run':
      return 'the run only prints a version or help, it touches no database';
    case 'inside-another-session':
      return 'it was started by another database tool and belongs to the chain of that one';
  }
}

export function explainMiss(miss: Miss): string {
  const times = miss.count > 1 ? `, ${miss.count} times, this the nearest` : '';
  const late = `${seconds(miss.beyondUs)} too late, the limit is ${seconds(miss.limitUs)}`;
  switch (miss.reason) {
    case 'application-state':
      return `path: ${miss.subject} is application state, which is no export${times}`;
    case 'no-export-name':
      return `name: ${miss.subject} has no ending of an export and lies outside Downloads and Documents, or has no lineage${times}`;
    case 'outside-export-window':
      return `window: ${miss.subject} was written ${late} (windows.exportMinutes)${times}`;
    case 'content-older-than-run':
      return `content: ${miss.subject} came in by rename, its content is ${seconds(miss.beyondUs)} older than the run${times}`;
    case 'outside-flow-window':
      return `window: ${miss.subject} was reached ${late} (windows.flowMinutes)${times}`;
    case 'address-names-no-service':
      return `identity: ${miss.subject} was reached, but the address names no service${times}`;
    case 'outside-browser-window':
      return `window: the browser that opened ${miss.subject} reached a service ${late} (windows.browserSeconds)${times}`;
    case 'opened-by-reader':
      return `identity: opened by ${miss.subject}, an indexer, preview, backup, scanner or editor, which is no evidence${times}`;
    case 'upload-names-another-file':
      return `path: ${miss.subject} was uploaded, which is no file of the chain${times}`;
  }
}

/** Why the policy kept silent, or `null` when it did not. */
export function explainSilence(chain: Chain, config: Config): string | null {
  if (chain.emissions > 0) return null;
  const level = config.userPrivilegeLevel.get(chain.role);
  if (level === 'ignore')
    return `role: ${chain.role} (by ${chain.roleSource}) is set to ignore in userPrivilegeLevel`;
  return 'policy: no rule gave this chain a severity, or an exception kept it silent';
}

/** What was never seen, by the stage the chain stopped at. */
export function explainStop(chain: Chain): readonly string[] {
  switch (stageOf(chain)) {
    case 'tool':
      return [
        'file: no file of the session counted as an export, and none appeared in Downloads or Documents in time',
      ];
    case 'export':
      return [
        'grade: no upload command, sync folder, sync client, browser or named connection was seen with the export',
      ];
    case 'suspected-upload':
      return ['grade: only a connection was seen; nothing ties the file to it'];
    case 'upload':
      return [];
  }
}

const SECOND_US = 1_000_000;

function seconds(us: number | null): string {
  const value = (us ?? 0) / SECOND_US;
  if (value < 120) return `${Number(value.toFixed(3))} s`;
  if (value < 7200) return `${Number((value / 60).toFixed(1))} min`;
  return `${Number((value / 3600).toFixed(1))} h`;
}
