import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RunningMark } from '../../../agent/health/running-mark.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-mark-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('tells the next run when the last one did not end by itself', () => {
  const mark = new RunningMark(folder);
  expect(mark.set('2026-11-02T08:00:00Z')).toBeNull();
  expect(statSync(join(folder, 'running')).mode & 0o777).toBe(0o600);
  expect(new RunningMark(folder).set('2026-11-02T09:00:00Z')).toBe('2026-11-02T08:00:00Z');
  mark.remove();
  expect(existsSync(join(folder, 'running'))).toBe(false);
  expect(mark.set('2026-11-02T10:00:00Z')).toBeNull();
});

it('cannot be set in a folder that is not there', () => {
  expect(() => new RunningMark(join(folder, 'none')).set('now')).toThrow(/ENOENT/);
});
