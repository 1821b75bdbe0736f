import type { Evidence, Finding, Step } from '../../rules/finding.ts';
import type { Findings } from '../store/findings.ts';
import { LEGS, type Leg } from './perform.ts';
import { SIMULATION_TOOL } from './simulated.ts';

/** What to look for. */
export interface Wanted {
  readonly token: string;
  readonly evidence: Evidence;
}

/** Findings that are looked at, the newest first; more than a host makes while a simulation lasts. */
const RECENT = 200;

/** For each leg that the findings of a database show, the first version that shows it. */
export function lookFor(findings: Findings, wanted: Wanted): ReadonlyMap<Leg, Finding> {
  const own = findings
    .latest(RECENT)
    .filter(
      ({ tool, steps }) =>
        tool === SIMULATION_TOOL && steps.some((step) => mentions(step, wanted.token)),
    );
  return sightingsIn(
    own.flatMap(({ id }) => findings.versions(id)),
    wanted,
  );
}

/** For each leg the first of the versions that shows it; a leg that none shows is missing. */
export function sightingsIn(
  versions: readonly Finding[],
  wanted: Wanted,
): ReadonlyMap<Leg, Finding> {
  const seen = new Map<Leg, Finding>();
  for (const leg of LEGS) {
    const first = versions.find(({ steps }) => steps.some((step) => shows(step, leg, wanted)));
    if (first) seen.set(leg, first);
  }
  return seen;
}

function shows(step: Step, leg: Leg, { token, evidence }: Wanted): boolean {
  if (!mentions(step, token)) return false;
  switch (leg) {
    case 1:
      return step.action === 'tool-started' || step.action === 'tool-repeated';
    case 2:
      return step.link !== null && (step.path?.includes(token) ?? false);
    case 3:
      return step.evidence === evidence;
  }
}

/** The token stands in the path of the tool, in the name of the export and in the host that the upload names. */
function mentions({ path, destination, process }: Step, token: string): boolean {
  return [path, destination, process?.executable].some((text) => text?.includes(token));
}
