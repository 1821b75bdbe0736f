import { LEGS, type Leg } from '../simulation/perform.ts';
import type { Scenario } from '../simulation/scenario.ts';
import type { SimulationResult } from '../simulation/simulation.ts';
import { textTable } from './text-table.ts';

/** Everything that `spillwatch simulate` says of one simulation. */
export interface SimulationReport {
  readonly token: string;
  readonly scenario: Scenario;
  readonly result: SimulationResult;
  /** Why legs were not seen, and what to do. */
  readonly causes: readonly string[];
  /** Paths that were left behind on purpose. */
  readonly kept: readonly string[];
}

/** The report as a table of the three legs with what is likely wrong below it. Holds names from outside: escape each line. */
export function simulationLines(report: SimulationReport): readonly string[] {
  const { token, scenario, result, causes, kept } = report;
  return [
    `SIMULATED: AN0678 with evidence ${scenario.evidence}, token ${token}; harmless, nothing was sent beyond this host${scenario.departure.kind === 'copy' || scenario.departure.kind === 'none' ? ' but into the folder you named' : ''}`,
    ...textTable(
      HEAD,
      LEGS.map((leg) => cellsOf(leg, report)),
    ),
    ...(causes.length > 0 ? ['likely wrong'] : []),
    ...causes.map((cause) => `  - ${cause}`),
    ...(result.leftBehind === null
      ? []
      : [`not removed (${result.leftBehind}); delete spillwatch-simulation-${token}.csv by hand`]),
    ...(kept.length > 0 ? ['kept', ...kept.map((path) => `  ${path}`)] : []),
  ];
}

/** The report as the document of `--json`. Seconds are rounded to hundredths; what was not seen has `null` facts. */
export function simulationDocument({ token, scenario, result, causes, kept }: SimulationReport) {
  return {
    simulated: true,
    analytic: 'AN0678',
    token,
    evidence: scenario.evidence,
    allSeen: LEGS.every((leg) => result.seen.has(leg)),
    legs: LEGS.map((leg) => {
      const sighting = result.seen.get(leg);
      const problem = result.performed.find((done) => done.leg === leg)?.problem ?? null;
      return {
        leg,
        what: whatOf(leg, scenario),
        happened: problem === null,
        seen: sighting !== undefined,
        stage: sighting?.finding.stage ?? null,
        severity: sighting?.finding.severity ?? null,
        finding: sighting?.finding.id ?? null,
        latencySeconds: sighting === undefined ? null : secondsOf(sighting.latencyMs),
        problem,
      };
    }),
    bytesOnLoopback: result.bytesOnLoopback,
    likelyWrong: causes,
    notRemoved: result.leftBehind,
    kept,
  } as const;
}

const HEAD = [
  { heading: 'LEG' },
  { heading: 'EVIDENCE POINT' },
  { heading: 'RESULT' },
  { heading: 'STAGE' },
  { heading: 'SEVERITY' },
  { heading: 'FINDING' },
  { heading: 'SECONDS' },
] as const;

function cellsOf(leg: Leg, { scenario, result }: SimulationReport): readonly string[] {
  const sighting = result.seen.get(leg);
  const what = whatOf(leg, scenario);
  if (!sighting) return [String(leg), what, 'not seen', '-', '-', '-', '-'];
  const { stage, severity, id } = sighting.finding;
  const seconds = String(secondsOf(sighting.latencyMs));
  return [String(leg), what, 'seen', stage, severity, id.slice(0, 8), seconds];
}

function whatOf(leg: Leg, { evidence }: Scenario): string {
  switch (leg) {
    case 1:
      return 'a database tool starts';
    case 2:
      return 'an export appears';
    case 3:
      return `the data leaves: ${evidence}`;
  }
}

function secondsOf(ms: number): number {
  return Math.round(ms / 10) / 100;
}
