import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRules } from '../../../rules/sigma/load.ts';
import { describeProblem } from '../../../rules/sigma/problem.ts';
import { MAX_FOLDER_DEPTH } from '../../../rules/sigma/rule-files.ts';
import { ruleText } from './rule-text.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rules-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const rule = (title: string, id = ''): string =>
  ruleText(['s: {A: 1}', 'condition: s'], id === '' ? [] : [`id: ${id}`]).replace('Example', title);

function load(): { titles: readonly string[]; lines: readonly string[] } {
  const { rules, problems } = loadRules(folder);
  return {
    titles: rules.all.map((compiled) => compiled.rule.title),
    lines: problems.map((problem) => describeProblem(problem)),
  };
}

describe('loadRules', () => {
  it('reads .yml files in the order of their names, with subfolders', () => {
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, 'c.yml'), rule('third'));
    writeFileSync(join(folder, 'b', 'x.yml'), rule('second'));
    writeFileSync(join(folder, 'B.yml'), rule('capital'));
    writeFileSync(join(folder, 'a.yml'), rule('first'));
    writeFileSync(join(folder, 'notes.txt'), 'not a rule');
    writeFileSync(join(folder, '.hidden.yml'), 'not: read');
    expect(load()).toEqual({ titles: ['capital', 'first', 'second', 'third'], lines: [] });
  });

  it('keeps the good rules beside broken ones', () => {
    writeFileSync(join(folder, 'a.yml'), 'title: x');
    writeFileSync(join(folder, 'b.yml'), rule('good'));
    const { titles, lines } = load();
    expect(titles).toEqual(['good']);
    expect(lines[0]).toMatch(/^a\.yml: document 1: "x": logsource: /);
  });

  it('follows no link', () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'x.yml'), rule('outside'));
    symlinkSync(join(outside, 'x.yml'), join(folder, 'a.yml'));
    symlinkSync(outside, join(folder, 'b'));
    const { titles, lines } = load();
    rmSync(outside, { recursive: true });
    expect(titles).toEqual([]);
    expect(lines).toEqual([
      'a.yml: is a link; put the file itself here',
      'b: is a link; put the file itself here',
    ]);
  });

  it('refuses the later of two rules with one id', () => {
    const id = '4db60cc0-36fb-42b7-9b58-a5b53019fb74';
    writeFileSync(join(folder, 'a.yml'), rule('first', id));
    writeFileSync(
      join(folder, 'b.yml'),
      `${rule('other')}---\n${rule('second', id.toUpperCase())}`,
    );
    const { titles, lines } = load();
    expect(titles).toEqual(['first', 'other']);
    expect(lines).toEqual([
      `b.yml: document 2: "second" "${id}": id: "a.yml" has this id already; give this one its own with uuidgen`,
    ]);
  });

  it('reports files that it would otherwise pass over in silence', () => {
    writeFileSync(join(folder, 'a.yaml'), rule('ending'));
    writeFileSync(join(folder, 'b.yml'), Buffer.from([0x74, 0xff, 0xfe]));
    writeFileSync(join(folder, 'c.yml'), 'x'.repeat(800_000));
    mkdirSync(join(folder, 'd.yml'));
    mkdirSync(join(folder, ...Array.from({ length: MAX_FOLDER_DEPTH }, () => 'e')), {
      recursive: true,
    });
    const { titles, lines } = load();
    expect(titles).toEqual([]);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('a.yaml: rule files end in .yml');
    expect(lines[1]).toContain('b.yml: cannot be read');
    expect(lines[2]).toContain('c.yml: larger than');
    expect(lines[3]).toContain('deeper than 8 folders');
  });

  it('throws a clear error when the folder cannot be read', () => {
    const missing = join(folder, 'missing');
    expect(() => loadRules(missing)).toThrow(
      /the rule folder ".*missing" cannot be read \(ENOENT\)/,
    );
  });
});
