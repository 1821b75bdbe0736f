import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, constantFrom, nat, property, record } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../../rules/judge.ts';
import type { CompiledException } from '../../rules/sigma/compile.ts';
import { movementFields } from '../../rules/sigma/fields.ts';
import { RuleIndex } from '../../rules/sigma/index.ts';
import { loadRules, readRules } from '../../rules/sigma/load.ts';
import { describeProblem } from '../../rules/sigma/problem.ts';
import { movement } from './movement.ts';
import { exceptionText, idOf, rowText } from './sigma/exception-text.ts';

function indexOf(...texts: readonly string[]): RuleIndex {
  const { rules, exceptions, problems } = readRules(texts.join('---\n'), 'all.yml');
  expect(problems).toEqual([]);
  return new RuleIndex(rules, exceptions);
}

const ON_LAST_DAY_US = Date.UTC(2026, 11, 31, 23, 59) * 1000;
const backup = movement({ user: 'backup', timeUs: ON_LAST_DAY_US });
const mara = movement({ user: 'mara', timeUs: ON_LAST_DAY_US });

describe('judge with exceptions', () => {
  it('keeps a step silent that the condition does not let through, and says which exception did', () => {
    const rules = indexOf(rowText('1'), exceptionText());
    expect(judge(rules, backup)).toMatchObject({
      severity: 'low',
      silent: true,
      rule: { id: idOf('1') },
      exceptions: [idOf('e')],
    });
    expect(judge(rules, mara)).toMatchObject({ silent: false, exceptions: [] });
  });

  it('reads the condition as written: without not everything else is silent', () => {
    const rules = indexOf(rowText('1'), exceptionText({ condition: 'selection' }));
    expect(judge(rules, backup)?.silent).toBe(false);
    expect(judge(rules, mara)?.silent).toBe(true);
  });

  it('lets an exception end with its last day, by the time of the step', () => {
    const rules = indexOf(rowText('1'), exceptionText());
    const later = { ...backup, timeUs: Date.UTC(2027, 0, 1) * 1000 };
    expect(judge(rules, later)).toMatchObject({ silent: false, exceptions: [] });
  });

  it('never lets names of the exception meet names of the rule', () => {
    const rules = indexOf(
      rowText('1').replace('condition: s', 'condition: 1 of them'),
      exceptionText({ selections: ['s: {User: backup}'], condition: 'not 1 of them' }),
    );
    expect(judge(rules, backup)?.silent).toBe(true);
    expect(judge(rules, mara)?.silent).toBe(false);
    expect(judge(rules, { ...mara, stage: 'export' })).toBeNull();
  });

  it.each([
    [`[${idOf('1')}]`, true],
    [`[${idOf('2')}, ${idOf('1')}]`, true],
    [`[${idOf('2')}]`, false],
    ['any', true],
  ])('applies to the rules %s', (rules, silent) => {
    expect(judge(indexOf(rowText('1'), exceptionText({ rules })), backup)?.silent).toBe(silent);
  });

  it.each([
    ['{product: macos, category: data_movement}', true],
    ['{category: data_movement}', true],
    ['{product: macos}', true],
    ['{product: macos, category: file_event}', false],
    ['{product: macos, category: data_movement, service: x}', false],
  ])('applies with the log source %s', (logsource, silent) => {
    const rules = indexOf(rowText('1'), exceptionText({ logsource }));
    expect(judge(rules, backup)?.silent).toBe(silent);
  });

  it('says nothing about a step without a row', () => {
    const rules = indexOf(rowText('1'), exceptionText());
    expect(judge(rules, { ...backup, stage: 'export' })).toBeNull();
  });

  it('lets a row without an exception speak, however low it is', () => {
    const exception = exceptionText({ rules: `[${idOf('1')}]` });
    const rules = indexOf(rowText('1', undefined, 'critical'), rowText('2'), exception);
    expect(judge(rules, backup)).toMatchObject({
      severity: 'low',
      silent: false,
      rule: { id: idOf('2') },
      exceptions: [],
    });
    expect(judge(rules, mara)).toMatchObject({ severity: 'critical', rule: { id: idOf('1') } });
  });

  it('names every exception that was needed for silence, once, and shows the highest row', () => {
    const rules = indexOf(
      rowText('1'),
      rowText('2', undefined, 'high'),
      exceptionText({ id: idOf('a'), rules: `[${idOf('1')}]` }),
      exceptionText({ id: idOf('b') }),
    );
    expect(judge(rules, backup)).toMatchObject({
      severity: 'high',
      silent: true,
      rule: { id: idOf('2') },
      exceptions: [idOf('a'), idOf('b')],
    });
  });

  it('leaves adjustments alone', () => {
    const adjust = rowText('3').replace(
      /spillwatch: .*/,
      'spillwatch: {adjust: {order: 1, severity: +1}}',
    );
    const rules = indexOf(rowText('1'), adjust, exceptionText({ rules: `[${idOf('3')}]` }));
    expect(judge(rules, backup)).toMatchObject({
      severity: 'medium',
      silent: false,
      adjustments: [idOf('3')],
      exceptions: [],
    });
  });

  it('agrees with rules into which every exception was written', () => {
    const tools = ['psql', 'mysql', 'DBeaver'] as const;
    const users = ['ann', 'ben', 'backup'] as const;
    const detections = tools.map((tool) => `s: {DatabaseTool: ${tool}}`);
    const row = record({
      detection: constantFrom('s: {Stage: tool}', ...detections),
      level: constantFrom('low', 'medium', 'high'),
    });
    const exception = record({
      about: array(nat(3), { minLength: 1 }),
      user: constantFrom(...users),
    });
    assert(
      property(
        array(row, { minLength: 1, maxLength: 4 }),
        array(exception, { maxLength: 3 }),
        constantFrom(...tools),
        constantFrom(...users),
        (rows, exceptions, databaseTool, user) => {
          const step = movement({ databaseTool, user });
          const texts = rows.map(({ detection, level }, at) =>
            rowText(String(at), detection, level),
          );
          const index = indexOf(
            ...texts,
            ...exceptions.map(({ about, user: who }, at) =>
              exceptionText({
                id: idOf('abc'.charAt(at)),
                rules: `[${about.map((one) => idOf(String(one))).join(', ')}]`,
                selections: [`s: {User: ${who}}`],
                condition: 'not s',
              }),
            ),
          );
          const merged = indexOf(
            ...texts.map((text, at) => {
              const whos = exceptions.filter(({ about }) => about.includes(at));
              const lines = whos.map(({ user: who }, nth) => `  f${String(nth)}: {User: ${who}}\n`);
              const terms = whos.map((_, nth) => ` and not f${String(nth)}`);
              return text.replace(
                '  condition: s',
                `${lines.join('')}  condition: s${terms.join('')}`,
              );
            }),
          );
          const expected = judge(merged, step);
          const verdict = judge(index, step);
          expect(verdict?.silent === true ? null : verdict).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

function counted(rules: string): { index: RuleIndex; calls: () => number } {
  let calls = 0;
  const count = (compiled: CompiledException): CompiledException => ({
    exception: compiled.exception,
    passes: (fields) => {
      calls += 1;
      return compiled.passes(fields);
    },
  });
  const plain = indexOf(
    rowText('1'),
    rowText('2', 's: {Stage: export}'),
    ...Array.from({ length: 200 }, (_, at) =>
      exceptionText({ rules, selections: [`selection: {User: user-${String(at)}}`] }),
    ),
  );
  const index = new RuleIndex(plain.all, plain.exceptions.map(count));
  return { index, calls: () => calls };
}

describe('the work of 200 exceptions', () => {
  it('asks each condition once for the one row that matched', () => {
    const { index, calls } = counted('any');
    for (let step = 0; step < 10; step += 1) judge(index, movement({ user: 'mara' }));
    expect(calls()).toBe(10 * 200);
  });

  it('asks none when they are about other rows, when no row matches, and when all have expired', () => {
    const { index, calls } = counted(`[${idOf('2')}]`);
    judge(index, movement({ user: 'user-1' }));
    judge(index, movement({ stage: 'upload' }));
    judge(index, movement({ stage: 'export', timeUs: Date.UTC(2030, 0, 1) * 1000 }));
    expect(calls()).toBe(0);
    judge(index, movement({ stage: 'export' }));
    expect(calls()).toBe(200);
  });
});

describe("an engineer's rule folder with exceptions", () => {
  const delivered = join(import.meta.dirname, '../../rules/macos');
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'exceptions-'));
    cpSync(delivered, folder, { recursive: true });
    writeFileSync(
      join(folder, 'narrow.yml'),
      exceptionText({ selections: ['selection: {User: backup, Service: onedrive}'] }),
    );
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const upload = movement({
    stage: 'upload',
    link: 'lineage',
    evidence: 'named-in-upload-command',
    service: 'onedrive',
    user: 'backup',
  });

  it('keeps what is excepted silent and nothing else', () => {
    const { rules, problems } = loadRules(folder);
    expect(problems).toEqual([]);
    expect(judge(rules, upload)).toMatchObject({ silent: true, exceptions: [idOf('e')] });
    expect(judge(rules, { ...upload, service: 'mega' })?.silent).toBe(false);
    expect(judge(rules, { ...upload, user: 'mara' })?.silent).toBe(false);
  });

  it.each([
    ['everything of one service', ['selection: {Service: dropbox}'], 'not selection', 1],
    ['every tool run', ['selection: {Stage: tool}'], 'not selection', 2],
    ['everything', ['selection: {Stage: "*"}'], 'not selection', 12],
    ['all but one user, for want of a not', ['selection: {User: kim}'], 'selection', 12],
  ])('keeps an exception out of force that would silence %s', (_, selections, condition, cases) => {
    writeFileSync(
      join(folder, 'wide.yml'),
      exceptionText({ id: idOf('f'), selections, condition }),
    );
    const { rules, golden, problems } = loadRules(folder);
    expect(rules.exceptions.map(({ exception }) => exception.file)).toEqual(['narrow.yml']);
    expect(problems.map(({ file, reason }) => [file, reason])).toEqual([['wide.yml', 'golden']]);
    const [line] = problems.map((problem) => describeProblem(problem));
    expect(line).toContain('silences the golden case "');
    expect(line?.match(/and (\d+) more/)?.[1] ?? '0').toBe(String(cases - 1));
    const silent = golden.filter(({ fields }) =>
      rules.exceptions.some(({ passes }) => !passes(fields)),
    );
    expect(silent).toEqual([]);
  });

  it('refuses an exception with the id of a rule', () => {
    const [first] = loadRules(delivered).rules.all;
    writeFileSync(join(folder, 'narrow.yml'), exceptionText({ id: first!.rule.id! }));
    const { rules, problems } = loadRules(folder);
    expect(rules.exceptions).toEqual([]);
    expect(problems.map(({ reason }) => reason)).toEqual(['duplicate']);
  });

  it('works without golden cases, and reports a broken file of them', () => {
    rmSync(join(folder, 'golden.yml'));
    expect(loadRules(folder)).toMatchObject({ golden: [], problems: [] });
    writeFileSync(join(folder, 'golden.yml'), 'rule: x');
    const { rules, problems } = loadRules(folder);
    expect(rules.all).toHaveLength(16);
    expect(problems.map((problem) => describeProblem(problem))).toEqual([
      'golden.yml: write one list of golden cases',
    ]);
  });

  it('reads fields of the step by the names that rules use', () => {
    const { rules } = loadRules(folder);
    const [exception] = rules.exceptions;
    expect(exception?.passes(movementFields(upload))).toBe(false);
  });
});
