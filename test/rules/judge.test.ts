import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../../rules/judge.ts';
import { RuleIndex } from '../../rules/sigma/index.ts';
import { loadRules, readRules } from '../../rules/sigma/load.ts';
import { movement } from './movement.ts';

const ID = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`;

interface Sketch {
  readonly id: string;
  readonly level?: string;
  readonly policy: string;
  readonly stage?: string;
}

function indexOf(...sketches: readonly Sketch[]): RuleIndex {
  const documents = sketches.map(({ id, level, policy, stage }) =>
    [
      `title: Rule ${id.slice(0, 1)}`,
      `id: ${id}`,
      'logsource: {product: macos, category: data_movement}',
      `detection: {s: {Stage: ${stage ?? 'tool'}}, condition: s}`,
      ...(level === undefined ? [] : [`level: ${level}`]),
      ...(policy === '' ? [] : [`spillwatch: {${policy}}`]),
    ].join('\n'),
  );
  const { rules, problems } = readRules(documents.join('\n---\n'), 'sketch.yml');
  expect(problems).toEqual([]);
  return new RuleIndex(rules);
}

const row = (digit: string, level: string, confidence: string): Sketch => ({
  id: ID(digit),
  level,
  policy: `row: {confidence: ${confidence}}`,
});

const adjust = (digit: string, order: number, change: string): Sketch => ({
  id: ID(digit),
  policy: `adjust: {order: ${String(order)}, ${change}}`,
});

const tool = movement({ stage: 'tool' });

describe('judge', () => {
  it('says nothing when no row matches', () => {
    const other = { ...row('1', 'low', 'low'), stage: 'export' };
    expect(judge(indexOf(other, adjust('2', 1, 'silent: true')), tool)).toBeNull();
    expect(judge(new RuleIndex([]), tool)).toBeNull();
  });

  it('takes no part in rules without the extension key', () => {
    expect(judge(indexOf({ id: ID('1'), level: 'critical', policy: '' }), tool)).toBeNull();
  });

  it('lets the highest severity win, then the highest confidence, then file order', () => {
    const rules = [row('1', 'low', 'high'), row('2', 'high', 'low'), row('3', 'high', 'medium')];
    const first = judge(indexOf(...rules, row('4', 'high', 'medium')), tool);
    expect(first?.rule).toEqual({ id: ID('3'), title: 'Rule 3' });
    expect(first?.row).toEqual({ severity: 'high', confidence: 'medium' });
    expect(judge(indexOf(row('4', 'high', 'medium'), ...rules), tool)?.rule.id).toBe(ID('4'));
  });

  it('applies adjustments by order, then by id, and names them', () => {
    const verdict = judge(
      indexOf(
        row('1', 'high', 'medium'),
        adjust('5', 2, 'severityMax: medium'),
        adjust('4', 1, 'severity: +1'),
        adjust('3', 2, 'confidence: -1'),
      ),
      tool,
    );
    expect(verdict).toEqual({
      row: { severity: 'high', confidence: 'medium' },
      severity: 'medium',
      confidence: 'low',
      silent: false,
      rule: { id: ID('1'), title: 'Rule 1' },
      adjustments: [ID('4'), ID('3'), ID('5')],
      exceptions: [],
    });
  });

  it('gives another answer when the order of a cap and a step is turned round', () => {
    const high = row('1', 'high', 'high');
    const cap = 'severityMax: medium';
    const before = indexOf(high, adjust('2', 1, cap), adjust('3', 2, 'severity: +1'));
    const after = indexOf(high, adjust('2', 2, cap), adjust('3', 1, 'severity: +1'));
    expect(judge(before, tool)?.severity).toBe('high');
    expect(judge(after, tool)?.severity).toBe('medium');
  });

  it('orders adjustments as numbers', () => {
    const rules = [row('1', 'low', 'low'), adjust('2', 10, 'silent: true')];
    const verdict = judge(indexOf(...rules, adjust('3', 9, 'severity: +1')), tool);
    expect(verdict?.adjustments).toEqual([ID('3'), ID('2')]);
  });

  it('stays between informational and critical and between low and high', () => {
    const down = [adjust('2', 1, 'severity: -1, confidence: -1')];
    const up = [adjust('2', 1, 'severity: +1, confidence: +1')];
    const low = judge(indexOf(row('1', 'informational', 'low'), ...down), tool);
    const high = judge(indexOf(row('1', 'critical', 'high'), ...up), tool);
    expect(low).toMatchObject({ severity: 'informational', confidence: 'low' });
    expect(high).toMatchObject({ severity: 'critical', confidence: 'high' });
  });

  it('leaves a severity below the cap alone', () => {
    const rules = indexOf(row('1', 'low', 'low'), adjust('2', 1, 'severityMax: medium'));
    expect(judge(rules, tool)).toMatchObject({ severity: 'low', adjustments: [ID('2')] });
  });

  it('stays silent once an adjustment says so', () => {
    const rules = [adjust('2', 1, 'silent: true'), adjust('3', 2, 'severity: +1')];
    const verdict = judge(indexOf(row('1', 'low', 'low'), ...rules), tool);
    expect(verdict).toMatchObject({ silent: true, severity: 'medium' });
  });
});

describe("an engineer's own rule folder", () => {
  const delivered = join(import.meta.dirname, '../../rules/macos');
  const step = movement({ stage: 'export', link: 'temporal' });
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'));
    cpSync(delivered, folder, { recursive: true });
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function change(file: string, from: string, to: string): void {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
  }

  it('changes a cell by two words', () => {
    change('data-movement-export-temporal.yml', 'level: low', 'level: high');
    change('data-movement-export-temporal.yml', 'confidence: low', 'confidence: medium');
    const { rules, problems } = loadRules(folder);
    expect(problems).toEqual([]);
    expect(judge(rules, step)).toMatchObject({ severity: 'high', confidence: 'medium' });
    expect(judge(loadRules(delivered).rules, step)).toMatchObject({ severity: 'low' });
  });

  it('adds a row of its own that outranks the delivered one', () => {
    writeFileSync(
      join(folder, 'payroll.yml'),
      [
        'title: Export of the Payroll',
        `id: ${ID('7')}`,
        'logsource: {product: macos, category: data_movement}',
        'detection:',
        "  selection: {Stage: export, Files|contains: '/payroll'}",
        '  condition: selection',
        'level: critical',
        'spillwatch: {row: {confidence: high}}',
      ].join('\n'),
    );
    const { rules } = loadRules(folder);
    const payroll = { ...step, files: ['/Users/mara/Downloads/Payroll.csv'] };
    expect(judge(rules, payroll)).toMatchObject({ severity: 'critical', rule: { id: ID('7') } });
    expect(judge(rules, step)?.severity).toBe('low');
  });

  it('loses only the cell that it broke, and says which', () => {
    change('data-movement-export-temporal.yml', 'level: low', 'level: grave');
    const { rules, problems } = loadRules(folder);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      file: 'data-movement-export-temporal.yml',
      place: 'level',
      reason: 'invalid',
    });
    expect(judge(rules, step)).toBeNull();
    expect(judge(rules, { ...step, link: 'lineage' })?.severity).toBe('medium');
  });
});
