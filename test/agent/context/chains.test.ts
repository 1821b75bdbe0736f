import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../agent/context/accounts.ts';
import type { Chain, Shown } from '../../../agent/context/chain.ts';
import {
  Chains,
  MAX_CHAINS_PER_USER,
  type ToolRun,
  uuidOf,
} from '../../../agent/context/chains.ts';
import { chainOf } from '../../support/chain.ts';

const SUPPRESS_US = 1000;
const EXPORT: Shown = {
  stage: 'export',
  link: 'lineage',
  evidence: null,
  service: null,
  serviceTier: null,
  destination: null,
  sanctioned: false,
  row: { severity: 'medium', confidence: 'high' },
  severity: 'medium',
  confidence: 'high',
  coverage: 'complete',
  rule: { id: '1', title: 'one' },
};

function chains(): Chains {
  return new Chains(new Accounts({ users: new Map(), groups: new Map() }), SUPPRESS_US);
}

function run(at: number, given: Partial<ToolRun> = {}): ToolRun {
  return {
    userId: 501,
    tool: 'psql',
    toolKind: 'cli',
    startUs: at,
    startClockUs: at,
    execution: `${at}.1`,
    ...given,
  };
}

function idOf(given: ToolRun): string {
  return chains().start(given).chain.id;
}

/** As many chains of one user as there may be: the first one grown, the second one the oldest of the others. */
function filled(): { readonly all: Chains; readonly grown: Chain; readonly oldest: Chain } {
  const all = chains();
  const grown = all.start(run(0)).chain;
  grown.shown = EXPORT;
  const oldest = all.start(run(SUPPRESS_US * 2)).chain;
  for (let count = 2; count < MAX_CHAINS_PER_USER; count += 1)
    all.start(run(SUPPRESS_US * 2 * count));
  return { all, grown, oldest };
}

describe('a run of a tool', () => {
  it.each([
    ['again within the window', run(900), true],
    ['again at the limit of the window', run(SUPPRESS_US), true],
    ['again after the window', run(SUPPRESS_US + 1), false],
    ['by another user', run(10, { userId: 502 }), false],
    ['of another tool', run(10, { tool: 'mysql' }), false],
  ])('%s: joins the chain or begins one', (_, second, joins) => {
    const all = chains();
    const first = all.start(run(0));
    expect(first.isRepeat).toBe(false);
    const { chain, isRepeat } = all.start(second);
    expect(isRepeat).toBe(joins);
    expect(chain === first.chain).toBe(joins);
    expect(first.chain.runs).toBe(joins ? 2 : 1);
  });

  it('counts the window from the first run and not from the last repeat', () => {
    const all = chains();
    all.start(run(0));
    expect(all.start(run(900)).isRepeat).toBe(true);
    expect(all.start(run(1100)).isRepeat).toBe(false);
  });

  it('begins a new chain when the last one is past the stage tool', () => {
    const all = chains();
    all.start(run(0)).chain.shown = EXPORT;
    expect(all.start(run(10)).isRepeat).toBe(false);
  });

  it('gives the same id for the same run, and another id for every other', () => {
    expect(idOf(run(5))).toBe(idOf(run(5)));
    const others = [
      run(6),
      run(5, { userId: 502 }),
      run(5, { tool: 'mysql' }),
      run(5, { execution: '5.2' }),
    ];
    expect(new Set([run(5), ...others].map(idOf)).size).toBe(others.length + 1);
  });

  it('reports its chain as changed exactly once', () => {
    const all = chains();
    const { chain } = all.start(run(0));
    expect(all.takeChanges()).toEqual([chain]);
    expect(all.takeChanges()).toEqual([]);
    all.start(run(1));
    expect(all.takeChanges()).toEqual([chain]);
  });
});

describe('the bound of a user', () => {
  it('drops the least grown, then the oldest, and counts it', () => {
    const { all, grown, oldest } = filled();
    expect(all.evicted).toBe(0);
    all.start(run(SUPPRESS_US * 2 * MAX_CHAINS_PER_USER));
    expect(all.evicted).toBe(1);
    expect(all.get(oldest.id)).toBeNull();
    expect(all.get(grown.id)).toBe(grown);
    expect([...all.ofUser(501)]).toHaveLength(MAX_CHAINS_PER_USER);
  });

  it('is no bound of other users', () => {
    const { all } = filled();
    all.start(run(5, { userId: 502 }));
    expect(all.evicted).toBe(0);
    expect([...all.all()]).toHaveLength(MAX_CHAINS_PER_USER + 1);
  });
});

describe('chains of an earlier run', () => {
  it('go on: repeats join them', () => {
    const all = chains();
    const known = chainOf({ firstClockUs: 0 });
    all.resume([known]);
    expect(all.start(run(10)).chain).toBe(known);
    expect(all.takeChanges()).toEqual([known]);
  });
});

describe('an id made of a text', () => {
  it('is a UUID of version 8', () => {
    for (let text = 0; text < 200; text += 1)
      expect(uuidOf(String(text))).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
  });
});
