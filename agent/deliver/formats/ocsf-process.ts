import type { Finding, StepProcess } from '../../../rules/finding.ts';
import { boundInteger, boundText } from './ocsf-bounds.ts';
import { UNKNOWN_ALGORITHM } from './ocsf-captions.ts';
import { type OcsfFile, toFile } from './ocsf-file.ts';
import { toMilliseconds } from './time.ts';

/** OCSF object `process`; has a pid or a uid. */
export interface OcsfProcess {
  readonly pid?: number;
  /** `<host id>:<pid>:<pidversion>`, or `<host id>:<pid>@<start in microseconds>` when only a process list showed it. */
  readonly uid?: string;
  readonly name: string;
  readonly file?: OcsfFile;
  readonly user: { readonly uid: string; readonly name?: string };
  readonly created_time?: number;
  /** `signing_id`: the code signing identifier, for which OCSF has no field. */
  readonly xattributes?: { readonly signing_id: string };
}

/** Names the process of a step; `null` when its pid is not one (below 0, or 2^31 and more). Arguments are never included. */
export function toProcess(process: StepProcess, finding: Finding): OcsfProcess | null {
  const pid = boundInteger(process.pid);
  if (pid === null) {
    return null;
  }
  const uid = toProcessUid(process, finding.host.id);
  const file = toExecutable(process);
  const isUserOfFinding = process.userId === finding.uid && finding.user !== null;
  return {
    pid,
    ...(uid !== null && { uid: boundText(uid) }),
    name: boundText(process.name),
    ...(file !== null && { file }),
    user: {
      ...(isUserOfFinding && { name: boundText(finding.user) }),
      uid: String(process.userId),
    },
    ...(process.startUs !== null && { created_time: toMilliseconds(process.startUs) }),
    ...(process.signingId !== null && {
      xattributes: { signing_id: boundText(process.signingId) },
    }),
  };
}

function toProcessUid(process: StepProcess, hostId: string): string | null {
  if (process.pidversion !== null) {
    return `${hostId}:${process.pid}:${process.pidversion}`;
  }
  return process.startUs === null ? null : `${hostId}:${process.pid}@${process.startUs}`;
}

function toExecutable(process: StepProcess): OcsfFile | null {
  const file = toFile(process.executable, 'executable');
  if (file === null || process.teamId === null) {
    return file;
  }
  return {
    ...file,
    signature: {
      algorithm_id: UNKNOWN_ALGORITHM.id,
      algorithm: UNKNOWN_ALGORITHM.caption,
      developer_uid: boundText(process.teamId),
    },
  };
}
