import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

describe('the sampling collectors', () => {
  it('leave nothing open when they have ended, so that the process ends by itself', async () => {
    const node = join(ROOT, 'node_modules/.bin/node');
    const program = join(ROOT, 'test/fixtures/programs/run-samplers.mjs');
    const { stdout, stderr } = await promisify(execFile)(node, [program], { timeout: 8000 });
    expect(stdout).toBe('left: \n');
    expect(stderr).toBe('');
  });
});
