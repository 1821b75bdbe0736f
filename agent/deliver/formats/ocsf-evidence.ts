import type { Finding, Step } from '../../../rules/finding.ts';
import { boundText } from './ocsf-bounds.ts';
import { type OcsfConnection, toConnection } from './ocsf-endpoint.ts';
import { type OcsfFile, toFile } from './ocsf-file.ts';
import { type OcsfProcess, toProcess } from './ocsf-process.ts';
import { toRfc3339 } from './time.ts';

/** OCSF object `evidences`: one step of the chain. Absent facts are left out. */
export interface OcsfEvidence extends Partial<OcsfConnection> {
  /** The step's action. */
  readonly name: string;
  readonly process?: OcsfProcess;
  readonly file?: OcsfFile;
  readonly data: OcsfStepData;
}

/** What a step says beyond OCSF's own fields. */
interface OcsfStepData {
  readonly action: Step['action'];
  /** RFC 3339 UTC with microseconds. */
  readonly time: string;
  readonly link?: string;
  readonly evidence?: string;
  readonly service?: string;
  readonly destination?: string;
  /** Where the data was before this step. */
  readonly sourcePath?: string;
}

/** Writes one step of a finding as evidence; throws a `RangeError` when a time of it is not a safe integer. */
export function toEvidence(step: Step, finding: Finding): OcsfEvidence {
  const process = step.process === null ? null : toProcess(step.process, finding);
  const file = step.path === null ? null : toFile(step.path, 'data');
  return {
    name: step.action,
    ...(process !== null && { process }),
    ...(file !== null && { file }),
    ...(step.connection !== null && toConnection(step.connection, step.service)),
    data: {
      action: step.action,
      time: toRfc3339(step.timeUs),
      ...(step.link !== null && { link: step.link }),
      ...(step.evidence !== null && { evidence: step.evidence }),
      ...(step.service !== null && { service: boundText(step.service) }),
      ...(step.destination !== null && { destination: boundText(step.destination) }),
      ...(step.sourcePath !== null && { sourcePath: boundText(step.sourcePath) }),
    },
  };
}
