import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Check } from '../../../agent/commands/check.ts';
import { type DoctorOptions, doctor } from '../../../agent/commands/doctor.ts';
import { remedyOf } from '../../../agent/health/remedies.ts';
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

const IS_ROOT = process.getuid?.() === 0;

async function ask(options: Partial<DoctorOptions> = {}): Promise<{
  readonly code: number;
  readonly checks: readonly Check[];
}> {
  const code = await doctor({ state: serving.folder, json: true, ...options }, written.output);
  const lines = written.out.trimEnd().split('\n');
  return { code, checks: lines.map((line) => JSON.parse(line) as Check) };
}

/** Result of the check with this name. */
function resultOf(checks: readonly Check[], name: string): Check['result'] | undefined {
  return checks.find((check) => check.name === name)?.result;
}

/** A disk that is nearly full is a warning of this machine and no matter of the test. */
function apartFromDisk(checks: readonly Check[]): readonly Check[] {
  return checks.filter(({ name }) => name !== 'disk space');
}

describe('spillwatch doctor', () => {
  it.skipIf(!IS_ROOT)('passes everything when all is well (skipped unless root)', async () => {
    await serving.answer(HEALTHY);
    const { code, checks } = await ask();
    expect(apartFromDisk(checks).filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(code).toBe(resultOf(checks, 'disk space') === 'warn' ? 1 : 0);
    expect(resultOf(checks, 'agent')).toBe('pass');
    expect(resultOf(checks, 'endpoint-security')).toBe('pass');
  });

  it('ends with 1 when there is nothing worse than a warning', async () => {
    const coverage = { gaps: 2, missingMessages: 9, lastLineAgeSeconds: 1 };
    await serving.answer({ ...HEALTHY, coverage });
    const { code, checks } = await ask();
    expect(code).toBe(1);
    expect(resultOf(checks, 'coverage')).toBe('warn');
  });

  it('ends with 2 when nothing answers, and says how to start it', async () => {
    const { code, checks } = await ask();
    expect(code).toBe(2);
    expect(checks.find(({ name }) => name === 'agent')).toMatchObject({
      result: 'fail',
      fix: expect.stringContaining('spillwatch run'),
    });
  });

  it.each([
    ['endpoint-security', 'helper-exited'],
    ['endpoint-security', 'not-permitted'],
    ['canary', 'canary-missing'],
    ['queue', 'queue-full'],
    ['store', 'disk-full'],
    ['network', 'command-slow'],
  ] as const)('names %s: %s while it lasts, with what to do', async (part, code) => {
    await serving.answer({ ...HEALTHY, troubles: [troubleOf(code, { part })] });
    const { code: exit, checks } = await ask();
    expect(exit).toBe(2);
    expect(checks.find(({ name }) => name === `${part}: ${code}`)).toEqual({
      name: `${part}: ${code}`,
      result: 'fail',
      detail: 'what happened',
      fix: remedyOf(code),
    });
    // What is troubled is not called well at the same time.
    expect(resultOf(checks, part)).toBeUndefined();
  });

  it('warns of a remark and calls its part well all the same', async () => {
    await serving.answer({ ...HEALTHY, remarks: [troubleOf('not-a-file')] });
    const { code: exit, checks } = await ask();
    expect(exit).toBe(1);
    expect(checks.find(({ name }) => name === 'files: not-a-file')).toEqual({
      name: 'files: not-a-file',
      result: 'warn',
      detail: 'what happened',
      fix: remedyOf('not-a-file'),
    });
    expect(resultOf(checks, 'files')).toBe('pass');
  });

  it('names folders that never were and warns of none', async () => {
    await serving.answer({ ...HEALTHY, remarks: [troubleOf('root-missing')] });
    const { checks } = await ask();
    expect(resultOf(checks, 'files: root-missing')).toBe('pass');
    expect(resultOf(checks, 'files')).toBe('pass');
  });

  it('names the folder of a trouble', async () => {
    const troubles = [troubleOf('root-is-link', { subject: '/Users/maria/Downloads' })];
    await serving.answer({ ...HEALTHY, troubles });
    const { checks } = await ask();
    expect(checks.find(({ name }) => name === 'files: root-is-link')?.detail).toContain(
      '/Users/maria/Downloads',
    );
  });

  it('prints for people what it is, and below it the fix', async () => {
    const troubles = [troubleOf('root-missing', { subject: '/Users/\u001B[2Jmaria' })];
    await serving.answer({ ...HEALTHY, troubles } satisfies StatusReport);
    expect(await doctor({ state: serving.folder }, written.output)).toBe(2);
    const lines = written.out.split('\n');
    const at = lines.findIndex((line) => line.startsWith('FAIL  files: root-missing'));
    expect(lines[at]).toContain(String.raw`/Users/\u{1b}[2Jmaria`);
    expect(lines[at + 1]).toBe(`      ${remedyOf('root-missing')}`);
    expect(lines.some((line) => line.startsWith('PASS  '))).toBe(true);
  });
});

it('signals nobody whom an answer from a folder of others names', async () => {
  const victim = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  const ended = vi.fn<() => void>();
  victim.on('exit', ended);
  try {
    await serving.answer({ ...HEALTHY, pid: victim.pid ?? 0 });
    chmodSync(serving.folder, 0o777);
    const { checks } = await ask({ canary: true });
    expect(checks.find(({ name }) => name === 'canary')).toMatchObject({
      result: 'fail',
      detail: expect.stringMatching(/^none was sent, .*others can write it/),
    });
    expect(ended).not.toHaveBeenCalled();
  } finally {
    victim.kill('SIGKILL');
  }
});

describe('the state folder', () => {
  it('is well when it is its owner’s alone', async () => {
    expect(resultOf((await ask()).checks, 'state folder')).toBe('pass');
  });

  it('fails when others can read it', async () => {
    chmodSync(serving.folder, 0o755);
    const { checks } = await ask();
    expect(checks.find(({ name }) => name === 'state folder')).toMatchObject({
      result: 'fail',
      fix: `chmod 700 ${serving.folder}`,
    });
  });

  it('fails when it is not there, or no folder', async () => {
    const missing = await ask({ state: join(serving.folder, 'missing') });
    expect(missing.code).toBe(2);
    expect(resultOf(missing.checks, 'state folder')).toBe('fail');
    written = new Written();
    const file = join(serving.folder, 'file');
    writeFileSync(file, '');
    expect(resultOf((await ask({ state: file })).checks, 'state folder')).toBe('fail');
    written = new Written();
    const link = join(serving.folder, 'link');
    mkdirSync(join(serving.folder, 'real'), { mode: 0o700 });
    symlinkSync(join(serving.folder, 'real'), link);
    expect(resultOf((await ask({ state: link })).checks, 'state folder')).toBe('fail');
  });
});

describe('configuration and rules', () => {
  it('pass when they are well', async () => {
    const { checks } = await ask({ config: write('{"files":{"mode":"off"}}') });
    expect(resultOf(checks, 'configuration')).toBe('pass');
    expect(resultOf(checks, 'rules')).toBe('pass');
  });

  it('fail or warn with the key that is wrong', async () => {
    const wrong = await ask({ config: write('{"files":{"mode":"sometimes"}}') });
    const check = wrong.checks.find(({ name }) => name === 'configuration');
    expect(check?.result).not.toBe('pass');
    expect(check?.detail).toContain('files.mode');
    expect(check?.fix).toBe(remedyOf('configuration'));
  });

  it('fail when the file cannot be read', async () => {
    const missing = await ask({ config: join(serving.folder, 'missing.json') });
    expect(resultOf(missing.checks, 'configuration')).toBe('fail');
    written = new Written();
    const broken = await ask({ config: write('{') });
    expect(resultOf(broken.checks, 'configuration')).toBe('fail');
  });

  it('fail when there are no rules', async () => {
    const folder = join(serving.folder, 'rules');
    rmSync(folder, { recursive: true, force: true });
    expect(resultOf((await ask({ rules: folder })).checks, 'rules')).toBe('fail');
  });
});

/** A configuration file with that text. */
function write(text: string): string {
  const file = join(serving.folder, 'config.json');
  writeFileSync(file, text);
  return file;
}
