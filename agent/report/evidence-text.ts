import type { Coverage, Evidence, Finding, Link, RoleSource } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';

export const CERTAINTIES = ['weak', 'moderate', 'strong'] as const;
/** How far the inference follows from what was observed. */
export type Certainty = (typeof CERTAINTIES)[number];

/** What a sensor reported, what was concluded from it, and how far the conclusion follows. Own words only. */
export interface Reading {
  readonly observed: string;
  readonly inferred: string;
  readonly certainty: Certainty;
  /** Why no more and no less. */
  readonly reason: string;
}

/** One claim of a finding under the heading that people read. */
export interface Claim extends Reading {
  readonly subject: string;
}

/** How data and tool are tied. */
export const LINK_READINGS = {
  lineage: {
    observed:
      'A process of the database session wrote the file, or the shell did that caught its output; every later path comes from that file by rename, copy, link or archive.',
    inferred: 'The file holds data that the tool read from a database.',
    certainty: 'strong',
    reason: 'Each step from the tool to the last path was reported by itself.',
  },
  pipe: {
    observed:
      'The output of the tool and the input of the next program are one pipe, or the tool’s session started that program.',
    inferred: 'What the program took in is what the tool read from a database.',
    certainty: 'strong',
    reason: 'A pipe has no other way out; no file lay in between.',
  },
  temporal: {
    observed:
      'A file of an export kind appeared in the user’s Downloads or Documents soon after the tool was started.',
    inferred: 'The file was exported with the tool.',
    certainty: 'weak',
    reason:
      'Only time ties the two. Another program may have written the file for reasons of its own.',
  },
} as const satisfies Record<Link, Reading>;

/** How the data is known to have left. */
export const EVIDENCE_READINGS = {
  'piped-to-uploader': {
    observed:
      'An upload program read the pipe that the tool wrote to, or was started by the tool’s session.',
    inferred: 'The output of the tool was sent to the remote side while the tool ran.',
    certainty: 'strong',
    reason:
      'The program had nothing else to send. Whether the transfer came to its end was not seen.',
  },
  'named-in-upload-command': {
    observed:
      'The arguments of an upload program named the file, or a folder that holds it, and a remote destination.',
    inferred: 'The file was sent to that destination.',
    certainty: 'strong',
    reason:
      'Source and destination are in one command. Whether the transfer came to its end was not seen.',
  },
  'landed-in-sync-folder': {
    observed:
      'The file was put into a folder that the client of a cloud service keeps in step with the service.',
    inferred: 'The client sent the file to the service.',
    certainty: 'strong',
    reason: 'Clients send whatever lies in that folder. The transfer itself was not seen.',
  },
  'opened-by-sync-client': {
    observed: 'The client of a cloud service opened the file.',
    inferred: 'The client read the file in order to send it to the service.',
    certainty: 'strong',
    reason: 'Opens for indexing are left out. The transfer itself was not seen.',
  },
  'opened-by-browser': {
    observed:
      'A browser opened the file, and soon afterwards a process of that browser reached a cloud service.',
    inferred: 'The file was chosen for upload at that service.',
    certainty: 'moderate',
    reason:
      'Both facts were seen, their connection was not: a browser opens files for other reasons too.',
  },
  'cloud-backed-folder': {
    observed:
      'The file was written to Downloads or Documents while that folder itself is synced to a cloud service.',
    inferred: 'The file went to the service as everything in that folder does.',
    certainty: 'moderate',
    reason: 'The person may not have meant to send it anywhere. The transfer itself was not seen.',
  },
  'flow-only': {
    observed: 'Some process of the same user reached a cloud service after the export.',
    inferred: 'The data may have gone there.',
    certainty: 'weak',
    reason:
      'Nothing ties this connection to the file; sync clients talk to their services all the time.',
  },
} as const satisfies Record<Evidence, Reading>;

/** The claims of a finding in the order of the chain: tool, data, exit. */
export function claimsOf(finding: Finding): readonly Claim[] {
  const { link, evidence } = finding;
  return [
    {
      subject: 'The tool',
      observed: 'A program started that the catalogue of database tools knows.',
      inferred: 'The user worked with a database.',
      certainty: 'moderate',
      reason: 'Which database was opened, and which rows were read, was not seen.',
    },
    ...(link === null ? [] : [{ subject: 'The data', ...LINK_READINGS[link] }]),
    ...(evidence === null ? [] : [{ subject: 'The way out', ...EVIDENCE_READINGS[evidence] }]),
  ];
}

const ROLE_SOURCES = {
  'managed-user': 'the configuration gives this user the role',
  'managed-group': 'the configuration gives a group of this user the role',
  'local-admin': 'the user is a member of the local group admin',
  'developer-group': 'the user is a member of the local group _developer',
  'account-record': 'the account and all its groups could be read, and none stands for a role',
  none: 'nothing is known of the account',
} as const satisfies Record<RoleSource, string>;

/** The role, who said so and, where an account record did, from when that is; one sentence, the time in UTC. */
export function roleText(finding: Pick<Finding, 'role' | 'roleSource' | 'roleAsOfUs'>): string {
  const { role, roleSource, roleAsOfUs } = finding;
  const asOf = roleAsOfUs === null ? '' : `, as of ${minuteOf(roleAsOfUs)} UTC`;
  return `${ROLES[role]}: ${ROLE_SOURCES[roleSource]}${asOf}.`;
}

function minuteOf(us: number): string {
  return toRfc3339(us).slice(0, 16).replace('T', ' ');
}

const ROLES = {
  developer: 'Developer',
  admin: 'Administrator',
  unassigned: 'Neither developer nor administrator',
  unknown: 'Unknown',
} as const satisfies Record<Finding['role'], string>;

const COVERAGES = {
  complete: 'Complete: between the first and the last step no record of the sensor is missing.',
  gaps: 'With gaps: between the first and the last step records of the sensor are missing, or there were none. Steps may be missing; the default rules lower the confidence by one step for it.',
} as const satisfies Record<Coverage, string>;

/** What the sensor missed within the chain, as one or two sentences. */
export function coverageText(coverage: Coverage): string {
  return COVERAGES[coverage];
}
