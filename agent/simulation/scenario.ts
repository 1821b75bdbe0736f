import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { EVIDENCES, type Evidence } from '../../rules/finding.ts';
import { isWithin, pathKey } from '../context/paths.ts';

/** What is to be done: where the export appears, and by which act the data leaves. */
export interface Scenario {
  readonly evidence: Evidence;
  /** Folder that the tool exports to. */
  readonly exportFolder: string;
  readonly departure: Departure;
}

/** The act of the third leg. `none`: the folder or a program of the user does it, nothing more is started. */
export type Departure =
  | { readonly kind: 'upload-command' }
  | { readonly kind: 'pipe' }
  | { readonly kind: 'copy'; readonly folder: string }
  | { readonly kind: 'none' };

export const DEFAULT_EVIDENCE: Evidence = 'named-in-upload-command';

export interface ScenarioRequest {
  readonly evidence: string;
  readonly home: string;
  /** Folder that the administrator gives for evidence that a real cloud folder must take part in. */
  readonly syncFolder: string | undefined;
}

/** The scenario of an evidence kind, or a sentence that says why there is none here and what to do. */
export function scenarioOf({ evidence, home, syncFolder }: ScenarioRequest): Scenario | string {
  const kind = EVIDENCES.find((known) => known === evidence);
  if (kind === undefined)
    return `${evidence}: is no evidence; allowed are ${EVIDENCES.toReversed().join(', ')}`;
  const exportFolder = join(home, 'Downloads');
  switch (kind) {
    case 'named-in-upload-command':
      return { evidence: kind, exportFolder, departure: { kind: 'upload-command' } };
    case 'piped-to-uploader':
      return { evidence: kind, exportFolder, departure: { kind: 'pipe' } };
    case 'landed-in-sync-folder': {
      const folder = givenFolder(kind, syncFolder, 'a folder inside that of a cloud service');
      if (!('path' in folder)) return folder.problem;
      return { evidence: kind, exportFolder, departure: { kind: 'copy', folder: folder.path } };
    }
    case 'cloud-backed-folder':
    case 'opened-by-sync-client': {
      const folder = givenFolder(kind, syncFolder, 'the synced Downloads or Documents of the home');
      if (!('path' in folder)) return folder.problem;
      if (!isBackedPlace(folder.path, home))
        return `${folder.path}: is neither ${home}/Downloads nor ${home}/Documents; in any other folder ${kind} is hidden by landed-in-sync-folder, so simulate that`;
      return { evidence: kind, exportFolder: folder.path, departure: { kind: 'none' } };
    }
    case 'opened-by-browser':
      return `${kind}: cannot be simulated; a real browser would have to open the file and reach a real cloud service. Use ${DEFAULT_EVIDENCE}`;
    case 'flow-only':
      return `${kind}: cannot be simulated; a connection to a real cloud service is all it is made of, and a simulation makes none. Use ${DEFAULT_EVIDENCE}`;
  }
}

function givenFolder(
  kind: Evidence,
  folder: string | undefined,
  what: string,
): { readonly path: string } | { readonly problem: string } {
  if (folder === undefined)
    return {
      problem: `${kind}: needs --sync-folder DIR, ${what}; the marked file is really synced there`,
    };
  if (!isAbsolute(folder))
    return { problem: `${folder}: is not an absolute path; write --sync-folder /...` };
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (!stats?.isDirectory())
    return { problem: `${folder}: is not a folder (a link is not followed); name ${what}` };
  return { path: folder };
}

function isBackedPlace(folder: string, home: string): boolean {
  return ['Downloads', 'Documents'].some((name) =>
    isWithin(pathKey(folder), pathKey(join(home, name))),
  );
}
