import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from '../../../agent/report/escape.ts';
import { findingReport } from '../../../agent/report/html.ts';
import type { Finding, Step } from '../../../rules/finding.ts';
import { arbitraryFinding } from '../deliver/formats/arbitrary-finding.ts';
import { BARE_STEP, CONNECTION, DROPBOX, UPLOAD } from '../deliver/formats/example-finding.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { elementsIn, textIn, unescapedIn } from './html-checks.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/report.html');

/** Versions of the example as they were emitted. */
const HISTORY: readonly Finding[] = [
  { ...UPLOAD, stage: 'export', severity: 'medium', evidence: null, service: null },
  UPLOAD,
];

/** The example with one text in every place that takes text from outside. */
function saturated(text: string): Finding {
  const step: Step = {
    ...BARE_STEP,
    action: 'connected',
    process: { ...DROPBOX, name: text, executable: text, signingId: text, teamId: text },
    path: text,
    sourcePath: `${text}/source`,
    connection: {
      ...CONNECTION,
      protocol: text,
      peerAddress: text,
      peerPort: text,
      peerName: text,
    },
    evidence: 'flow-only',
    service: text,
    destination: text,
  };
  return {
    ...UPLOAD,
    id: text,
    versionId: text,
    user: text,
    tool: text,
    files: [text],
    service: text,
    destination: text,
    rule: { id: text, title: text },
    host: { name: text, id: text, osVersion: text },
    steps: [step, { ...step, action: 'file-moved', evidence: null }],
  };
}

/** Everything that could run, load, send or lead elsewhere. */
const ACTIVE =
  /<(?:script|iframe|img|object|embed|link|base|form|a|foreignObject|image|use)\b|\bon[a-z]+=|\b(?:src|href)=/i;

describe('findingReport', () => {
  it('writes the golden page', () => {
    const actual = findingReport(UPLOAD, HISTORY);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(dirname(GOLDEN), { recursive: true });
      writeFileSync(GOLDEN, actual);
    }
    expect(actual).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  it.each(HOSTILE_NAMES.map((name, index) => [index, name] as const))(
    'shows hostile name %i as text wherever names come from outside',
    (_, name) => {
      const html = findingReport(saturated(name));
      expect(unescapedIn(html)).toEqual([]);
      expect([...elementsIn(html)].toSorted()).toEqual(
        [...elementsIn(findingReport(saturated('plain')))].toSorted(),
      );
      // Each path, process, host and destination is there as a whole, whatever its length.
      expect(textIn(html).split(visible(name)).length).toBeGreaterThan(15);
    },
  );

  it('leaves nothing of any finding unescaped, and nothing invisible', () => {
    fc.assert(
      fc.property(arbitraryFinding, (finding) => {
        const html = findingReport(finding, [finding, finding]);
        expect(unescapedIn(html)).toEqual([]);
        expect(html.replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/u,
        );
      }),
    );
  });

  it('holds nothing that runs, loads or leads elsewhere, and forbids it', () => {
    const html = findingReport(UPLOAD, HISTORY);
    expect(html).not.toMatch(ACTIVE);
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
    );
  });

  it('has headings in order, and a caption and heading cells in each table', () => {
    const html = findingReport(UPLOAD, HISTORY);
    const levels = [...html.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.entries())
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    const tables = html.split('<table').slice(1);
    expect(tables).toHaveLength(3);
    for (const table of tables) {
      expect(table).toMatch(/^[^<]*<caption>|^[^>]*>\s*<caption>/);
      expect(table).toMatch(/<th scope="col">[\s\S]*<th scope="row">/);
    }
  });

  it('says in the title how bad it is and what happened', () => {
    expect(findingReport(UPLOAD)).toContain(
      '<title>high upload: maria took customers.csv from DBeaver to dropbox as IMG_2231.jpg</title>',
    );
  });

  it('shows the history only of a finding that grew', () => {
    expect(findingReport(UPLOAD, [UPLOAD])).not.toContain('How the finding grew');
    expect(findingReport(UPLOAD, HISTORY)).toContain('medium, confidence high');
  });

  it('leaves out sections that would be empty', () => {
    const html = findingReport({ ...UPLOAD, files: [] });
    expect(html).not.toContain('Every path the data had');
  });
});
