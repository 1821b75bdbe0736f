import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../agent/knowledge.ts';
import { RULES_FOLDER } from '../../rules/resources.ts';

const root = mkdtempSync(join(tmpdir(), 'spillwatch-knowledge-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A rule folder with some of the rules that come with the agent. */
function folderWith(name: string, files: readonly string[]): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const file of files) cpSync(join(RULES_FOLDER, file), join(folder, file));
  return folder;
}

describe('a rule folder', () => {
  it.each([
    ['nothing', []],
    ['adjustments only', ['data-movement-adjust-sanctioned.yml']],
  ])('with %s reports nothing, which is said in one line and is no refusal', (name, files) => {
    const folder = folderWith(name, files);
    const { problems, hasRefused } = loadKnowledge(folder);
    expect(hasRefused).toBe(false);
    expect(problems).toEqual([expect.stringContaining(`${folder}: no rule`)]);
  });

  it('with one row has nothing wrong', () => {
    const folder = folderWith('row', ['data-movement-tool.yml']);
    expect(loadKnowledge(folder)).toMatchObject({ problems: [], hasRefused: false });
  });

  it('that comes with the agent has nothing wrong', () => {
    expect(loadKnowledge()).toMatchObject({ problems: [], hasRefused: false });
  });
});
