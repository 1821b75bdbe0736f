import { FIRST_USER_ID } from '../context/accounts.ts';
import { remedyOf } from '../health/remedies.ts';
import type { StatusReport } from '../health/report.ts';
import type { BaselineRow } from '../store/baseline.ts';
import type { Leg, Performed } from './perform.ts';
import type { Scenario } from './scenario.ts';

export interface Unseen {
  readonly stateFolder: string;
  readonly scenario: Scenario;
  readonly performed: readonly Performed[];
  readonly seen: ReadonlySet<Leg>;
  /** The agent's facts after the simulation; `null` when it no longer answered. */
  readonly report: Pick<StatusReport, 'troubles' | 'permissions' | 'configuration'> | null;
  /** What the baseline says of the run. */
  readonly run: Pick<BaselineRow, 'userId' | 'user' | 'role' | 'roleSource'> | null;
}

/** Why legs were probably not seen, the most certain first, each with what to do; empty when all were seen. */
export function likelyCauses(unseen: Unseen): readonly string[] {
  const missing = ([1, 2, 3] as const).filter((leg) => !unseen.seen.has(leg));
  if (missing.length === 0) return [];
  const failed = unseen.performed.flatMap(({ problem }) => problem ?? []);
  if (failed.length > 0)
    return [...new Set(failed)].map((problem) => `it did not happen on this host: ${problem}`);
  const policy = silentByPolicy(unseen);
  if (policy !== null) return [policy];
  const troubles = troublesOf(unseen.report);
  if (troubles.length > 0) return troubles;
  return [withoutTrouble(missing[0] ?? 1, unseen)];
}

/** The run was recorded and no finding came of it at all. */
function silentByPolicy({ run, seen, stateFolder, report }: Unseen): string | null {
  if (run === null || seen.size > 0) return null;
  const explain = `spillwatch explain --state '${stateFolder}' --user ${run.user ?? run.userId} shows it`;
  if (run.userId < FIRST_USER_ID)
    return `uid ${run.userId} is a service account, never a finding; run the simulation in the session of a user, with sudo`;
  const who = `role ${run.role} (by ${run.roleSource})`;
  if (levelOf(report, run.role) === 'ignore')
    return `the run was recorded, and the finding is silent by policy: ${who} is set to ignore in userPrivilegeLevel; ${explain}`;
  return `the run was recorded, and no rule gave it a severity or an exception keeps it silent: ${who}; ${explain}`;
}

function levelOf(report: Unseen['report'], role: string): unknown {
  const value = report?.configuration.find(({ key }) => key === 'userPrivilegeLevel')?.value;
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(role);
}

function troublesOf(report: Unseen['report']): readonly string[] {
  if (report === null)
    return ['the agent no longer answers: it ended meanwhile; see its log and start it again'];
  const denied =
    report.permissions.fullDiskAccess === 'denied' &&
    !report.troubles.some(({ code }) => code === 'not-permitted')
      ? [`no Full Disk Access: ${remedyOf('not-permitted')}`]
      : [];
  return [
    ...denied,
    ...report.troubles.map(
      ({ part, code, detail }) => `${part} ${code} (${detail}): ${remedyOf(code)}`,
    ),
  ];
}

function withoutTrouble(leg: Leg, { scenario, stateFolder }: Unseen): string {
  switch (leg) {
    case 1:
      return 'the agent saw no start of the tool and knows no trouble: compare --state with that of the agent, then look at its canary (spillwatch status) and at endpointSecurity';
    case 2:
      return `the agent saw the tool and not its export: it does not take ${scenario.exportFolder} for Downloads or Documents of the user, or file events are missing in endpointSecurity.events`;
    case 3:
      return `the export was seen and ${scenario.evidence} was not: ${departureCause(scenario)}; spillwatch explain --state '${stateFolder}' shows what came near`;
  }
}

function departureCause({ departure, evidence, exportFolder }: Scenario): string {
  if (departure.kind === 'copy')
    return `${departure.folder} is in no folder that the catalogue knows as a cloud service's`;
  if (departure.kind !== 'none') return 'the start of the uploader or its arguments went by unseen';
  return evidence === 'cloud-backed-folder'
    ? `the account record does not say that ${exportFolder} is synced`
    : 'no sync client opened the file in time';
}
