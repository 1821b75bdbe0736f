import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MINIMUM_NODE, runtimeProblem } from '../../agent/runtime.ts';

describe('the runtime', () => {
  it.each(['v20.20.2', 'v22.18.0', 'v25.9.9', '18.0.0', 'v9.0.0'])(
    '%s is refused in one line that says what to do',
    (version) => {
      const problem = runtimeProblem(version);
      expect(problem).toContain(version);
      expect(problem).toContain('npm run setup');
      expect(problem).not.toContain('\n');
    },
  );

  it.each(['v26.0.0', 'v26.10.0', 'v30.1.0', '26.10.0', process.version])(
    '%s is good',
    (version) => {
      expect(runtimeProblem(version)).toBeNull();
    },
  );

  it('is the same one for the launcher, which cannot read TypeScript', () => {
    const launcher = readFileSync(join(import.meta.dirname, '../../agent/launch.mjs'), 'utf8');
    expect(/MINIMUM_NODE = (\d+)/.exec(launcher)?.[1]).toBe(String(MINIMUM_NODE));
  });
});
