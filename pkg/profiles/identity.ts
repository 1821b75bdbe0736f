import { PRODUCT } from '../product.ts';
import { EXECUTABLE } from '../staging/agent-root.ts';

/** Names on which profiles and package must agree. */
export interface Identity {
  readonly bundleId: string;
  /** Of the launchd job. */
  readonly label: string;
  /** Absolute path of the program of that job. */
  readonly program: string;
  /** Team ID of who signed; `null` when nobody did, or nobody knows. */
  readonly team: string | null;
}

/** What this product is called, whoever signs it. */
export const PRODUCT_IDENTITY: Identity = {
  bundleId: PRODUCT.identifier,
  label: PRODUCT.identifier,
  program: `/${EXECUTABLE}`,
  team: null,
};

/**
 * Apple's sensor. It needs Full Disk Access through its responsible process, which is the agent; its own entry is for the case
 * that it is a job of its own (eslogger(1)). The requirement is to be confirmed on a Mac: `codesign -dr - /usr/bin/eslogger`.
 */
export const ESLOGGER = {
  path: '/usr/bin/eslogger',
  requirement: 'identifier "com.apple.eslogger" and anchor apple',
} as const;

/** Whether a text is what Apple gives a team of developers: ten capital letters and digits. */
export function isTeamId(text: string): boolean {
  return /^[A-Z0-9]{10}$/.test(text);
}

/**
 * The designated requirement that `codesign` writes for a Developer ID: certificate 1 is Apple's Developer ID authority, the leaf
 * one of Developer ID Application, of that team.
 */
export function codeRequirement(bundleId: string, team: string): string {
  return [
    `identifier "${bundleId}"`,
    'anchor apple generic',
    'certificate 1[field.1.2.840.113635.100.6.2.6] /* exists */',
    'certificate leaf[field.1.2.840.113635.100.6.1.13] /* exists */',
    `certificate leaf[subject.OU] = "${team}"`,
  ].join(' and ');
}
