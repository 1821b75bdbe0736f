import type { DataMovement } from '../../rules/observation.ts';

/** Returns a step of a chain: an unassigned user, complete coverage, no adjustment in sight, and what `facts` say. */
export function movement(facts: Partial<DataMovement>): DataMovement {
  return {
    timeUs: 1_793_620_800_000_000,
    stage: 'tool',
    link: null,
    evidence: null,
    service: null,
    serviceTier: null,
    destination: null,
    sanctioned: false,
    userRole: 'unassigned',
    userRoleSource: 'account-record',
    userPrivilegeLevel: 'alert',
    userId: 501,
    user: 'mara',
    databaseTool: 'DBeaver',
    databaseToolKind: 'gui',
    coverage: 'complete',
    files: [],
    ...facts,
  };
}
