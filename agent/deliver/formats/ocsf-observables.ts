import { MAX_OBSERVABLES } from './ocsf-bounds.ts';
import { type Caption, OBSERVABLE_TYPES } from './ocsf-captions.ts';
import type { OcsfEvidence } from './ocsf-evidence.ts';
import type { OcsfUser } from './ocsf-user.ts';

/** OCSF object `observable`. */
export interface OcsfObservable {
  /** Where the value stands in the finding, as `evidences[3].file.path`. */
  readonly name: string;
  readonly type_id: number;
  readonly type: string;
  readonly value: string;
}

/**
 * The values that an analyst pivots on, each once, named for the first attribute that holds it: user, peers, paths of the
 * data, processes. At most `MAX_OBSERVABLES`.
 */
export function toObservables(
  user: OcsfUser,
  evidences: readonly OcsfEvidence[],
): readonly OcsfObservable[] {
  const candidates = [
    ...observe(OBSERVABLE_TYPES.userName, 'actor.user.name', user.name),
    ...observe(OBSERVABLE_TYPES.userUid, 'actor.user.uid', user.uid),
    ...evidences.flatMap(observePeer),
    ...evidences.flatMap(observePaths),
    ...evidences.flatMap(observeProcess),
  ];
  return withoutRepeats(candidates).slice(0, MAX_OBSERVABLES);
}

function observePeer({ dst_endpoint: peer }: OcsfEvidence, index: number): OcsfObservable[] {
  const name = `evidences[${index}].dst_endpoint`;
  return [
    ...observe(OBSERVABLE_TYPES.hostname, `${name}.hostname`, peer?.hostname),
    ...observe(OBSERVABLE_TYPES.ipAddress, `${name}.ip`, peer?.ip),
  ];
}

function observePaths({ data, file }: OcsfEvidence, index: number): OcsfObservable[] {
  const name = `evidences[${index}]`;
  return [
    ...observe(OBSERVABLE_TYPES.filePath, `${name}.data.sourcePath`, data.sourcePath),
    ...observe(OBSERVABLE_TYPES.filePath, `${name}.file.path`, file?.path),
  ];
}

function observeProcess({ process }: OcsfEvidence, index: number): OcsfObservable[] {
  return observe(OBSERVABLE_TYPES.processName, `evidences[${index}].process.name`, process?.name);
}

function observe(type: Caption, name: string, value: string | undefined): OcsfObservable[] {
  return value === undefined || value === ''
    ? []
    : [{ name, type_id: type.id, type: type.caption, value }];
}

function withoutRepeats(candidates: readonly OcsfObservable[]): readonly OcsfObservable[] {
  const first = new Map<string, OcsfObservable>();
  for (const candidate of candidates) {
    const key = `${candidate.type_id} ${candidate.value}`;
    if (!first.has(key)) {
      first.set(key, candidate);
    }
  }
  return [...first.values()];
}
