import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addPaths,
  addStep,
  advance,
  type Chain,
  type Claim,
  MAX_PATHS,
  MAX_STEPS,
  type Shown,
  stageOf,
} from '../../../agent/context/chain.ts';
import {
  CONFIDENCES,
  EVIDENCES,
  LINKS,
  SERVICE_TIERS,
  SEVERITIES,
  STAGES,
} from '../../../rules/finding.ts';
import type { Verdict } from '../../../rules/observation.ts';
import { chainOf, stepOf } from '../../support/chain.ts';

const claims: fc.Arbitrary<Claim> = fc.record({
  stage: fc.constantFrom(...STAGES),
  link: fc.constantFrom(null, ...LINKS),
  evidence: fc.constantFrom(null, ...EVIDENCES),
  service: fc.constantFrom(null, 'dropbox', 'transfer-sh'),
  serviceTier: fc.constantFrom(null, ...SERVICE_TIERS),
  destination: fc.constantFrom(null, 'a', 'b'),
  sanctioned: fc.boolean(),
});
const verdicts: fc.Arbitrary<Verdict> = fc.record({
  row: fc.record({
    severity: fc.constantFrom(...SEVERITIES),
    confidence: fc.constantFrom(...CONFIDENCES),
  }),
  severity: fc.constantFrom(...SEVERITIES),
  confidence: fc.constantFrom(...CONFIDENCES),
  silent: fc.boolean(),
  rule: fc.constantFrom({ id: '1', title: 'one' }, { id: '2', title: 'two' }),
  adjustments: fc.constant<readonly string[]>([]),
  exceptions: fc.constant<readonly string[]>([]),
});
const steps = fc.array(
  fc.tuple(claims, verdicts, fc.constantFrom('complete' as const, 'gaps' as const)),
  { maxLength: 12 },
);

/** Later stage, better row, stronger evidence, higher severity: as one number. */
function height(shown: Shown | null): number {
  if (!shown) return -1;
  const digits = [
    STAGES.indexOf(shown.stage),
    SEVERITIES.indexOf(shown.row.severity),
    CONFIDENCES.indexOf(shown.row.confidence),
    shown.evidence === null ? 0 : EVIDENCES.indexOf(shown.evidence) + 1,
    SEVERITIES.indexOf(shown.severity),
  ];
  return digits.reduce((number, digit) => number * 10 + digit, 0);
}

/** What rule 1 of the emissions names. */
function visible(chain: Chain): unknown {
  const { shown, severity } = chain;
  return (
    shown && [shown.stage, severity, shown.confidence, shown.link, shown.evidence, shown.service]
  );
}

describe('a chain that advances', () => {
  it('never goes down in stage or severity, and is replaced only by something higher', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const chain = chainOf();
        for (const [claim, verdict, coverage] of given) {
          const before = { ...chain };
          advance(chain, claim, verdict, coverage);
          expect(STAGES.indexOf(stageOf(chain))).toBeGreaterThanOrEqual(
            STAGES.indexOf(stageOf(before)),
          );
          expect(SEVERITIES.indexOf(chain.severity)).toBe(
            Math.max(SEVERITIES.indexOf(before.severity), SEVERITIES.indexOf(verdict.severity)),
          );
          const { row, severity, confidence, rule } = verdict;
          const candidate: Shown = { ...claim, row, severity, confidence, rule, coverage };
          const isHigher = height(candidate) > height(before.shown);
          expect(chain.shown).toEqual(isHigher ? candidate : before.shown);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('is emitted exactly when stage, severity, confidence, link, evidence or service changed', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const chain = chainOf();
        for (const [claim, verdict, coverage] of given) {
          const before = JSON.stringify(visible(chain));
          const changed = advance(chain, claim, verdict, coverage);
          expect(changed).toBe(JSON.stringify(visible(chain)) !== before);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('stays at stage tool as long as nothing is shown', () => {
    expect(stageOf(chainOf())).toBe('tool');
  });
});

describe('the paths of a chain', () => {
  it('are kept oldest first, whatever the order in which they become known', () => {
    const chain = chainOf();
    addPaths(chain, [{ path: '/c', clockUs: 30 }]);
    addPaths(chain, [
      { path: '/a', clockUs: 10 },
      { path: '/d', clockUs: 30 },
      { path: '/b', clockUs: 20 },
    ]);
    expect(chain.paths.map(({ path }) => path)).toEqual(['/a', '/b', '/c', '/d']);
  });

  it('hold none twice, in any spelling, and only new ones are given back', () => {
    const chain = chainOf();
    const first = { path: '/private/tmp/Größe.csv', clockUs: 1 };
    expect(addPaths(chain, [first])).toEqual([first]);
    const again = ['/tmp/Größe.csv', '/tmp/größe.csv', '/tmp/Größe.csv'.normalize('NFD')];
    expect(
      addPaths(
        chain,
        again.map((path) => ({ path, clockUs: 2 })),
      ),
    ).toEqual([]);
    expect(chain.paths).toEqual([first]);
  });

  it('end at the bound, and what is above is counted', () => {
    const chain = chainOf();
    const places = Array.from({ length: MAX_PATHS + 7 }, (_, at) => ({
      path: `/x/${at}`,
      clockUs: at,
    }));
    expect(addPaths(chain, places)).toHaveLength(MAX_PATHS);
    expect(chain.paths).toHaveLength(MAX_PATHS);
    expect(chain.pathsOmitted).toBe(7);
  });
});

describe('the steps of a chain', () => {
  it('end at the bound, and what is above is counted', () => {
    const chain = chainOf();
    const kept = Array.from({ length: MAX_STEPS + 2 }, (_, timeUs) =>
      addStep(chain, stepOf({ timeUs })),
    );
    expect(kept.filter(Boolean)).toHaveLength(MAX_STEPS);
    expect(kept.slice(-2)).toEqual([false, false]);
    expect(chain.steps.at(-1)?.timeUs).toBe(MAX_STEPS - 1);
    expect(chain.stepsOmitted).toBe(2);
  });
});
