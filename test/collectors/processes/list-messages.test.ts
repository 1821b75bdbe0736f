import { describe, expect, it } from 'vitest';
import {
  answersOf,
  failureAnswer,
  type ListAnswer,
  readAnswer,
} from '../../../collectors/processes/list-messages.ts';
import { boundedList, type ListedProcess } from '../../../collectors/processes/process-list.ts';

const ROW: ListedProcess = {
  pid: 412,
  ppid: 1,
  uid: 501,
  name: 'Dropbox',
  path: '/Applications/Dropbox.app/Contents/MacOS/Dropbox',
  cmd: 'Dropbox --go',
  startTime: new Date(1_699_999_999_000),
};

/** What arrives of a list. */
function told(rows: readonly ListedProcess[]): readonly ListAnswer[] {
  return [...answersOf(boundedList(rows))].map((answer) => readAnswer(structuredClone(answer)));
}

const rowsOf = (answers: readonly ListAnswer[]): readonly ListedProcess[] =>
  answers.flatMap((answer) => (answer.kind === 'rows' ? answer.rows : []));

describe('a list in answers', () => {
  it('arrives whole, in order', () => {
    const rows = Array.from({ length: 1700 }, (_, pid) => ({ ...ROW, pid }));
    const answers = told(rows);
    expect(rowsOf(answers)).toEqual(rows);
    expect(answers.map((answer) => answer.kind === 'rows' && answer.isLast)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('is one answer when there is no process', () => {
    expect(told([])).toEqual([{ kind: 'rows', rows: [], total: 0, isLast: true }]);
  });

  it('has about a mebi of characters at most in one', () => {
    const rows = Array.from({ length: 500 }, () => ({ ...ROW, cmd: 'x'.repeat(8192) }));
    const answers = told(rows);
    expect(rowsOf(answers)).toHaveLength(500);
    expect(answers.length).toBeGreaterThan(3);
    for (const answer of answers)
      expect(JSON.stringify(answer).length).toBeLessThan(1.1 * 1024 * 1024);
  });

  it('does without what ps-list does not know', () => {
    const [row] = rowsOf(told([{ pid: 1, ppid: 0, name: 'launchd' }]));
    expect(row).toEqual({ pid: 1, ppid: 0, name: 'launchd', cmd: '' });
  });

  it('is bounded: 20,000 rows, and the number of all', () => {
    const { processes, total } = boundedList(Array.from({ length: 20_001 }, () => ROW));
    expect([processes.length, total]).toEqual([20_000, 20_001]);
    const long = 'x'.repeat(10_000);
    const [row] = boundedList([{ ...ROW, name: long, path: long, cmd: long }]).processes;
    expect([row?.name.length, row?.path?.length, row?.cmd?.length]).toEqual([1024, 1024, 8192]);
  });
});

describe('a failure', () => {
  it('arrives with its meaning and without the message of the error', () => {
    const error = Object.assign(new Error('spawn ps --password=hunter2'), { code: 'ENOENT' });
    const answer = readAnswer(structuredClone(failureAnswer(error)));
    expect(answer).toMatchObject({ kind: 'failed', code: 'command-missing' });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});

const GOOD = { kind: 'rows', rows: [ROW], total: 1, isLast: true };

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['an array', [GOOD]],
  ['another kind', { ...GOOD, kind: 'list' }],
  ['no number of all', { ...GOOD, total: '1' }],
  ['no word on whether more comes', { ...GOOD, isLast: undefined }],
  ['a row that is none', { ...GOOD, rows: [null] }],
  ['a pid that is no whole number', { ...GOOD, rows: [{ ...ROW, pid: 1.5 }] }],
  ['a parent that is none', { ...GOOD, rows: [{ ...ROW, ppid: '1' }] }],
  ['a user that is none', { ...GOOD, rows: [{ ...ROW, uid: 'root' }] }],
  ['no name', { ...GOOD, rows: [{ ...ROW, name: undefined }] }],
  ['a name that is too long', { ...GOOD, rows: [{ ...ROW, name: 'x'.repeat(1025) }] }],
  ['a path that is too long', { ...GOOD, rows: [{ ...ROW, path: 'x'.repeat(1025) }] }],
  ['a command line that is no text', { ...GOOD, rows: [{ ...ROW, cmd: ['sh'] }] }],
  ['a start that is no date', { ...GOOD, rows: [{ ...ROW, startTime: 1 }] }],
  ['more rows than are told at once', { ...GOOD, rows: Array.from({ length: 501 }, () => ROW) }],
  ['a failure of another code', { kind: 'failed', code: 'queue-full', message: 'x' }],
  [
    'a failure with a long message',
    { kind: 'failed', code: 'command-failed', message: 'x'.repeat(501) },
  ],
])('%s is no answer', (_, message) => {
  expect(() => readAnswer(message)).toThrow(expect.objectContaining({ code: 'command-failed' }));
});
