import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asReport, status } from '../../../agent/commands/status.ts';
import type { StatusReport } from '../../../agent/health/report.ts';
import { HEALTHY, troubleOf } from '../health/example-report.ts';
import { Serving, Written } from './serving.ts';

let serving: Serving;
let written: Written;

beforeEach(() => {
  serving = new Serving();
  written = new Written();
});

afterEach(async () => {
  await serving.end();
});

const ask = (how: { readonly json?: boolean; readonly ea?: boolean } = {}): Promise<number> =>
  status({ state: serving.folder, ...how }, written.output);

const DEGRADED: StatusReport = {
  ...HEALTHY,
  troubles: [troubleOf('root-missing', { subject: '/Users/maria/Downloads', detail: 'is gone' })],
};
const BLIND: StatusReport = { ...HEALTHY, troubles: [troubleOf('not-permitted')] };

describe('spillwatch status', () => {
  it.each([
    ['healthy', 0, HEALTHY],
    ['degraded', 1, DEGRADED],
    ['no-full-disk-access', 4, BLIND],
  ] as const)('of an agent that is %s ends with %i', async (word, code, report) => {
    await serving.answer(report);
    expect(await ask()).toBe(code);
    expect(written.out.split('\n')[0]).toBe(`spillwatch is ${word}`);
    expect(written.err).toBe('');
  });

  it('without an agent ends with 3', async () => {
    expect(await ask()).toBe(3);
    expect(written.out).toBe('spillwatch is not-running\n');
  });

  it.each([
    ['healthy', 0, HEALTHY],
    ['degraded', 1, DEGRADED],
    ['no-full-disk-access', 4, BLIND],
    ['not-running', 3, null],
  ] as const)('--ea says %s and nothing else, and ends with %i', async (word, code, report) => {
    if (report) await serving.answer(report);
    expect(await ask({ ea: true })).toBe(code);
    expect(written.out).toBe(`${word}\n`);
  });

  it('--ea comes before --json', async () => {
    await serving.answer(HEALTHY);
    expect(await ask({ ea: true, json: true })).toBe(0);
    expect(written.out).toBe('healthy\n');
  });

  it('--json gives the whole document in one line, and the word', async () => {
    await serving.answer(DEGRADED);
    expect(await ask({ json: true })).toBe(1);
    expect(written.out.split('\n')).toHaveLength(2);
    expect(JSON.parse(written.out)).toEqual({ status: 'degraded', ...DEGRADED });
  });

  it('--json gives the word alone when nothing runs', async () => {
    expect(await ask({ json: true })).toBe(3);
    expect(JSON.parse(written.out)).toEqual({ status: 'not-running' });
  });

  it('shows for each collector that its records add up, and what is wrong', async () => {
    await serving.answer(DEGRADED);
    await ask();
    expect(written.out).toMatch(
      /endpoint-security\s+running\s+0 s ago\s+received 1000 = stored 10 \+ skipped 980 \+ dropped 10, 2 restarts/,
    );
    expect(written.out).toMatch(/files\s+running\s+never\s+received 0 = stored 0/);
    expect(written.out).toMatch(/files root-missing \(\/Users\/maria\/Downloads\): is gone/);
    expect(written.out).toContain('2026-11-02T09:30:00');
  });

  it('lists remarks apart from troubles', async () => {
    const subject = '/Users/maria/Downloads';
    await serving.answer({ ...HEALTHY, remarks: [troubleOf('not-a-file', { subject })] });
    expect(await ask()).toBe(0);
    expect(written.out).toMatch(/\n {2}remarks\n.*files not-a-file \(\/Users\/maria\/Downloads\)/);
    expect(written.out).not.toMatch(/\n {2}trouble\n/);
  });

  it('shows no control characters of other people', async () => {
    const subject = '/Users/maria/\u001B[2J\u202Egnp.csv';
    await serving.answer({ ...HEALTHY, troubles: [troubleOf('root-missing', { subject })] });
    await ask();
    for (const character of ['\u001B', '\u202E']) expect(written.out).not.toContain(character);
    expect(written.out).toContain(String.raw`\u{1b}[2J\u{202e}gnp.csv`);
  });

  it.each([['text'], [null], [[HEALTHY]], [{ product: 'Another' }], [{ version: '0.1.0' }]])(
    'takes %j for no answer',
    async (answer) => {
      expect(asReport(answer)).toBeNull();
      await serving.answer(answer);
      expect(await ask({ ea: true })).toBe(3);
    },
  );
});
