import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawChain } from '../../../agent/report/chain-drawing.ts';
import { chainNodesOf, MAX_NODES } from '../../../agent/report/chain-nodes.ts';
import { chainRowsOf } from '../../../agent/report/chain-rows.ts';
import type { Step } from '../../../rules/finding.ts';
import { arbitraryFinding } from '../deliver/formats/arbitrary-finding.ts';
import { BARE_STEP, DBEAVER, UPLOAD } from '../deliver/formats/example-finding.ts';
import { unescapedIn } from './html-checks.ts';

const TOOL: Step = { ...BARE_STEP, process: DBEAVER };

function written(path: string): Step {
  return { ...BARE_STEP, action: 'file-written', path, link: 'lineage', process: DBEAVER };
}

function moved(sourcePath: string, path: string): Step {
  return { ...BARE_STEP, action: 'file-moved', sourcePath, path, link: 'lineage' };
}

function uploaded(path: string | null, service = 'dropbox'): Step {
  return { ...BARE_STEP, action: 'uploaded', path, evidence: 'opened-by-sync-client', service };
}

function namesAndParents(steps: readonly Step[]) {
  const { nodes } = chainNodesOf({ ...UPLOAD, steps });
  return nodes.map(({ name, parent }) => [name, parent]);
}

describe('chainNodesOf', () => {
  it('follows the data from the tool over each path to the exit', () => {
    expect(
      namesAndParents([
        TOOL,
        written('/d/a.csv'),
        moved('/d/a.csv', '/s/b.jpg'),
        uploaded('/s/b.jpg'),
      ]),
    ).toEqual([
      ['DBeaver', null],
      ['a.csv', 0],
      ['b.jpg', 1],
      ['dropbox', 2],
    ]);
  });

  it('hangs the exit on the tool when there was no file', () => {
    expect(namesAndParents([TOOL, uploaded(null)])).toEqual([
      ['DBeaver', null],
      ['dropbox', 0],
    ]);
  });

  it('gives a file that was renamed back a place of its own', () => {
    const steps = [written('/d/a'), moved('/d/a', '/d/b'), moved('/d/b', '/d/a'), uploaded('/d/a')];
    expect(namesAndParents(steps).slice(1)).toEqual([
      ['a', 0],
      ['b', 1],
      ['a', 2],
      ['dropbox', 3],
    ]);
  });

  it('counts a repeated write or upload instead of drawing it again', () => {
    const { nodes } = chainNodesOf({
      ...UPLOAD,
      steps: [written('/d/a'), written('/d/a'), uploaded('/d/a'), uploaded('/d/a')],
    });
    expect(nodes.map(({ repeats }) => repeats)).toEqual([0, 1, 1]);
  });

  it('marks what only time ties, and weak evidence', () => {
    const steps: readonly Step[] = [
      { ...written('/d/a'), link: 'temporal' },
      { ...uploaded(null), action: 'connected', evidence: 'flow-only' },
    ];
    expect(chainNodesOf({ ...UPLOAD, steps }).nodes.map(({ isWeak }) => isWeak)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('stops at its bound and counts the rest', () => {
    const steps = Array.from({ length: 100 }, (_, index) => written(`/d/${index}`));
    const { nodes, left } = chainNodesOf({ ...UPLOAD, steps });
    expect([nodes.length, left]).toEqual([MAX_NODES, 101 - MAX_NODES]);
  });
});

describe('chainRowsOf', () => {
  it('draws the branch that goes furthest straight on and the others beside it', () => {
    const steps = [written('/d/a'), moved('/d/a', '/d/b'), written('/d/c'), uploaded('/d/c')];
    const rows = chainRowsOf(chainNodesOf({ ...UPLOAD, steps }).nodes);
    expect(rows.map(({ node, lane }) => [node.name, lane])).toEqual([
      ['DBeaver', 0],
      ['a', 1],
      ['b', 1],
      ['c', 0],
      ['dropbox', 0],
    ]);
  });

  it('shows every node once, below the one it came from', () => {
    fc.assert(
      fc.property(arbitraryFinding, (finding) => {
        const { nodes } = chainNodesOf(finding);
        const rows = chainRowsOf(nodes);
        expect(new Set(rows.map(({ node }) => node)).size).toBe(nodes.length);
        for (const [index, { node, parentRow }] of rows.entries()) {
          expect(parentRow === null ? -1 : parentRow).toBeLessThan(index);
          expect(parentRow === null ? null : rows[parentRow]?.node).toBe(
            node.parent === null ? null : nodes[node.parent],
          );
        }
      }),
    );
  });
});

describe('drawChain', () => {
  it('says the whole way in the description of the drawing', () => {
    expect(drawChain(UPLOAD)).toContain(
      '<desc id="chain-desc">DBeaver: started by maria, /Applications/DBeaver.app/Contents/MacOS/dbeaver; ' +
        'customers.csv: written by dbeaver, /Users/maria/Downloads; IMG_2231.jpg: moved, /Users/maria/Dropbox; ' +
        'dropbox: opened for sync by Dropbox, /Users/maria/Dropbox; ',
    );
  });

  it('draws text as text and stays inside its height, for any finding', () => {
    fc.assert(
      fc.property(arbitraryFinding, (finding) => {
        const svg = drawChain(finding);
        expect(unescapedIn(svg)).toEqual([]);
        const height = Number(/viewBox="0 0 360 (\d+(?:\.\d+)?)"/.exec(svg)?.[1]);
        const lowest = Math.max(...[...svg.matchAll(/ y="([\d.]+)"/g)].map(([, y]) => Number(y)));
        expect(lowest).toBeLessThan(height);
      }),
    );
  });
});
