/**
 * The numbers of OCSF 1.7.0 with their captions, each pair written once so that `*_id` and its text sibling agree.
 * Source: the `enum` tables of ocsf/ocsf-schema 1.7.0.
 */
import type { Confidence, Finding, Severity } from '../../../rules/finding.ts';

/** A number of an OCSF enumeration and its text. */
export interface Caption {
  readonly id: number;
  readonly caption: string;
}

/** `activity_id` of the Finding category's classes. */
export const ACTIVITIES = {
  create: { id: 1, caption: 'Create' },
  update: { id: 2, caption: 'Update' },
} as const satisfies Record<Finding['activity'], Caption>;

/** `status_id`: a new finding is New; one that has grown is In Progress, since only people resolve findings. */
export const STATUSES = {
  create: { id: 1, caption: 'New' },
  update: { id: 2, caption: 'In Progress' },
} as const satisfies Record<Finding['activity'], Caption>;

/** `activity_id` of Application Error. */
export const GENERAL_ERROR = { id: 1, caption: 'General Error' } as const satisfies Caption;

/** What an enumeration has no number for; its text sibling is then the source's own word. */
export const OTHER_ID = 99;

/** `severity_id`; 6 (Fatal) is not used. */
export const SEVERITY_IDS = {
  informational: { id: 1, caption: 'Informational' },
  low: { id: 2, caption: 'Low' },
  medium: { id: 3, caption: 'Medium' },
  high: { id: 4, caption: 'High' },
  critical: { id: 5, caption: 'Critical' },
} as const satisfies Record<Severity, Caption>;

/** `confidence_id`. */
export const CONFIDENCE_IDS = {
  low: { id: 1, caption: 'Low' },
  medium: { id: 2, caption: 'Medium' },
  high: { id: 3, caption: 'High' },
} as const satisfies Record<Confidence, Caption>;

/** `action_id`: the agent watches and never blocks. */
export const OBSERVED = { id: 3, caption: 'Observed' } as const satisfies Caption;

/** `disposition_id`. */
export const DETECTED = { id: 15, caption: 'Detected' } as const satisfies Caption;

/** `analytic.type_id` of AN0678 and of Sigma rules. */
export const RULE = { id: 1, caption: 'Rule' } as const satisfies Caption;

/** `device.type_id`: no collector tells a laptop from a desktop. */
export const UNKNOWN_DEVICE = { id: 0, caption: 'Unknown' } as const satisfies Caption;

/** `os.type_id`. */
export const MACOS = { id: 300, caption: 'macOS' } as const satisfies Caption;

/** `file.type_id`. */
export const FILE_TYPES = {
  regular: { id: 1, caption: 'Regular File' },
  folder: { id: 2, caption: 'Folder' },
  executable: { id: 8, caption: 'Executable File' },
} as const satisfies Record<string, Caption>;

/** `user.type_id`; service accounts (uid below 500) never have a finding. */
export const USER_TYPES = {
  user: { id: 1, caption: 'User' },
  admin: { id: 2, caption: 'Admin' },
} as const satisfies Record<string, Caption>;

/** `digital_signature.algorithm_id`: the sensor names the signer, not the algorithm. */
export const UNKNOWN_ALGORITHM = { id: 0, caption: 'Unknown' } as const satisfies Caption;

/** `network_connection_info.direction_id`: listening sockets are no evidence, so every connection of a step is outbound. */
export const OUTBOUND = { id: 2, caption: 'Outbound' } as const satisfies Caption;

/** `observable.type_id`. */
export const OBSERVABLE_TYPES = {
  hostname: { id: 1, caption: 'Hostname' },
  ipAddress: { id: 2, caption: 'IP Address' },
  userName: { id: 4, caption: 'User Name' },
  processName: { id: 9, caption: 'Process Name' },
  userUid: { id: 31, caption: 'User: uid' },
  filePath: { id: 45, caption: 'File Path' },
} as const satisfies Record<string, Caption>;
