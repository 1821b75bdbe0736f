import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openInFolder } from '../../../agent/store/database.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { PROJECT, spillwatch } from '../../support/command.ts';
import { replayOnto } from '../../support/engine.ts';
import { MARIA, PROGRAMS, Story, type User } from '../../support/story.ts';
import { wholeStory } from '../../support/whole-story.ts';

// Each start of the program costs 0.4 seconds, so this file takes longer than others; the starts run side by side.

const root = mkdtempSync(join(tmpdir(), 'spillwatch-commands-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

const STORY = wholeStory();
const HALF = STORY.lines().findIndex((line) => line.includes('mysql'));
const part = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const CAPTURE = file('capture.ndjson', STORY.text());
const FIRST = file('first.ndjson', part(STORY.lines().slice(0, HALF)));
const SECOND = file('second.ndjson', part(STORY.lines().slice(HALF)));
const HOSTILE = file('\u001b]0;pwn\u0007\u202e.ndjson', '');
const BROKEN_RULES = join(root, 'rules');
cpSync(join(PROJECT, 'rules/macos'), BROKEN_RULES, { recursive: true });
const NO_RULES = join(root, 'no-rules');
mkdirSync(NO_RULES);
writeFileSync(join(NO_RULES, 'note.txt'), 'rules are to come');
writeFileSync(
  join(BROKEN_RULES, 'broken.yml'),
  'title: Broken\nid: 2b1f1f6e-4f0c-4d8e-9d5e-0f6c6a3b0001\nlogsource:\n  product: macos\n  category: data_movement\ndetection:\n  selection:\n    Stage|nonsense: tool\n  condition: selection\nlevel: low\n',
);
const LINK = join(root, 'link');
mkdirSync(join(root, 'target'));
symlinkSync(join(root, 'target'), LINK);

/** A state whose pages are overwritten behind the first ones. */
function damagedState(): string {
  const folder = join(root, 'damaged');
  const connection = openInFolder(folder);
  replayOnto(connection, STORY.lines());
  connection.close();
  const database = join(folder, 'spillwatch.db');
  const { size } = statSync(database);
  const handle = openSync(database, 'r+');
  writeSync(handle, Buffer.alloc(size - 8192, 0xa5), 0, size - 8192, 8192);
  closeSync(handle);
  return folder;
}

/** The whole story in one go, started once for all tests that compare with it. */
const inOneGo = spillwatch(['replay', CAPTURE]);

const CONTROL = /(?!\n)[\p{Cc}\p{Cf}]/u;

/** On a busy machine a start may take many seconds. */
const PATIENT = { timeout: 60_000 };

describe.concurrent('wrong usage', PATIENT, () => {
  it.each([
    ['an unknown option', ['replay', '--bogus', CAPTURE], "unknown option '--bogus'"],
    ['an option with a slip of the pen', ['replay', '--formt', 'ocsf', CAPTURE], "'--formt'"],
    ['an unknown verb', ['repaly', CAPTURE], "unknown command 'repaly'"],
    ['no capture', ['replay'], 'capture'],
    ['an unknown severity', ['replay', '--fail-on', 'hihg', CAPTURE], 'critical'],
    ['an option without its value', ['replay', CAPTURE, '--state'], '--state'],
    ['an option that is an attack on the terminal', ['replay', '--\u001b]0;x\u0007'], 'u{1b}'],
  ])('%s is one line on stderr and 64', async (_, args, expected) => {
    const { code, out, err } = await spillwatch(args);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(expected);
    expect(err).not.toMatch(CONTROL);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('of no verb at all shows on stderr which there are', async () => {
    const { code, out, err } = await spillwatch([]);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain('replay');
  });
});

describe.concurrent('what cannot be read', PATIENT, () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['a capture that is not there', [CAPTURE, join(root, 'none')], ['none', 'ENOENT']],
    ['a folder as capture', [CAPTURE, root], [root, 'folder']],
    [
      'a rule folder that is not there',
      ['--rules', join(root, 'none'), CAPTURE],
      ['none', 'ENOENT'],
    ],
    [
      'a bad value in the configuration',
      ['--config', file('bad.json', '{"windows":{"flowMinutes":"x"}}'), CAPTURE],
      ['bad.json', 'windows.flowMinutes', 'from 1 to 1440'],
    ],
    [
      'a configuration that is no JSON',
      ['--config', file('no.json', 'a:\n\u001b[31m b'), CAPTURE],
      ['no.json', 'JSON'],
    ],
    [
      'a configuration that is not there',
      ['--config', join(root, 'none.json'), CAPTURE],
      ['none.json', 'ENOENT'],
    ],
    ['a state that is a link', ['--state', LINK, CAPTURE], [LINK, 'link']],
    ['a state that is damaged', ['--state', damagedState(), CAPTURE], ['damaged']],
    [
      'a capture with a hostile name that is not there',
      [`${HOSTILE}.gone`],
      [String.raw`\u{1b}]0;pwn\u{7}\u{202e}`, 'ENOENT'],
    ],
  ])('%s is one line that names it, nothing on stdout, and 1', async (_, args, expected) => {
    const { code, out, err } = await spillwatch(['replay', ...args]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const text of expected) expect(err).toContain(text);
    expect(err).not.toMatch(CONTROL);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('of a rule costs that rule: it is named with its place, the others work, and it is 1', async () => {
    const { code, out, err } = await spillwatch(['replay', '--rules', BROKEN_RULES, CAPTURE]);
    expect(code).toBe(1);
    expect(out.trimEnd().split('\n').length).toBeGreaterThan(5);
    const [refusal, counts, ...rest] = err.trimEnd().split('\n');
    expect(refusal).toContain('broken.yml');
    expect(refusal).toContain('Stage|nonsense');
    expect(counts).toMatch(/^received=/);
    expect(rest).toEqual([]);
  });

  it('of a rule folder without rules there is nothing, so that is one line, and no error', async () => {
    const { code, out, err } = await spillwatch(['replay', '--rules', NO_RULES, CAPTURE]);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    const [warning, counts, ...rest] = err.trimEnd().split('\n');
    expect(warning).toMatch(/no rule .* reports .*; /);
    expect(warning).toContain(NO_RULES);
    expect(counts).toMatch(/^received=/);
    expect(rest).toEqual([]);
  });

  it('of a configuration is a warning when the key is unknown', async () => {
    const config = file('typo.json', '{"windows":{"flowMinuets":3}}');
    const { code, err } = await spillwatch(['replay', '--config', config, CAPTURE]);
    expect(code).toBe(0);
    expect(err).toContain('windows.flowMinuets');
  });
});

describe.concurrent('replay', PATIENT, () => {
  it('writes emissions to stdout, counts to stderr, and the same again from stdin or in parts', async () => {
    const [whole, piped, parts] = await Promise.all([
      inOneGo,
      spillwatch(['replay', '-'], { input: STORY.text() }),
      // Nothing in the story is critical, so the limit changes nothing.
      spillwatch(['replay', '--fail-on', 'critical', FIRST, SECOND]),
    ]);
    expect(whole.code).toBe(0);
    const stages = whole.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).stage);
    expect(new Set(stages)).toEqual(new Set(['tool', 'export', 'suspected-upload', 'upload']));
    expect(whole.err).toMatch(
      /^received=\d+ stored=\d+ skipped=\d+ dropped=0 findings=\d+ emissions=\d+\n$/,
    );
    expect(whole.err).toContain(`received=${STORY.lines().length} `);
    expect(whole.err).toContain(`emissions=${stages.length}\n`);
    expect(piped).toEqual(whole);
    expect(parts).toEqual(whole);
  });

  it('writes OCSF, and exits 10 for a finding at the limit of --fail-on', async () => {
    const { code, out } = await spillwatch([
      'replay',
      '--format',
      'ocsf',
      '--fail-on',
      'high',
      CAPTURE,
    ]);
    expect(code).toBe(10);
    for (const line of out.trimEnd().split('\n')) expect(JSON.parse(line).class_uid).toBe(2004);
    expect(out).not.toContain('hunter2');
  });

  it.each([
    ['ecs', '@timestamp'],
    ['splunk', 'sourcetype'],
  ])('writes %s as destinations get it', async (format, key) => {
    const { code, out } = await spillwatch(['replay', '--format', format, CAPTURE]);
    expect(code).toBe(0);
    for (const line of out.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty([key]);
    expect(out).not.toContain('hunter2');
  });

  it('goes on with --state where the last one stopped', async () => {
    const state = join(root, 'state');
    const first = await spillwatch(['replay', '--state', state, FIRST]);
    const second = await spillwatch(['replay', '--state', state, SECOND]);
    expect(first.out + second.out).toBe((await inOneGo).out);
    expect((statSync(state).mode & 0o777).toString(8)).toBe('700');
  });

  it('survives a reader that has seen enough', async () => {
    const users: User[] = Array.from({ length: 400 }, (_, at) => ({
      ...MARIA,
      uid: 600 + at,
      name: `user-${at}-${'x'.repeat(200)}`,
    }));
    const story = new Story().host(users);
    for (const user of users)
      story.run(story.launchd, { ...PROGRAMS.psql, auid: user.uid, ruid: user.uid });
    const { code, out, err } = await spillwatch(['replay', '-'], {
      input: story.text(),
      readBytes: 1,
    });
    expect(code).toBe(0);
    expect(out.length).toBeLessThan(400 * 500);
    expect(err).toMatch(/^received=\d+ [^\n]+ emissions=400\n$/);
  });
});

describe.concurrent('the program', PATIENT, () => {
  it('says its version and names every verb', async () => {
    const [version, help] = await Promise.all([spillwatch(['--version']), spillwatch(['--help'])]);
    expect(version).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
    expect({ code: help.code, err: help.err }).toEqual({ code: 0, err: '' });
    for (const verb of ['replay', 'demo', 'explain', 'baseline', 'rules'])
      expect(help.out).toMatch(new RegExp(`^  ${verb} `, 'm'));
    for (const code of ['0 done', '1 unreadable', '10 a finding', '64 wrong usage'])
      expect(help.out).toContain(code);
  });

  it.each(['findings list', 'findings show abcdef', 'baseline', 'explain'])(
    'looks at the installed state when `%s` is given none',
    async (verb) => {
      const { code, out, err } = await spillwatch(verb.split(' '));
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^\/Library\/Application Support\/Spillwatch\/db[^\n]*\n$/);
    },
  );

  it('lists its rules as NDJSON and finds nothing wrong with them', async () => {
    const [list, check] = await Promise.all([
      spillwatch(['rules', 'list', '--json']),
      spillwatch(['rules', 'check']),
    ]);
    expect({ code: list.code, err: list.err }).toEqual({ code: 0, err: '' });
    const rules = list.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rules.length).toBeGreaterThan(10);
    for (const rule of rules)
      expect(rule).toEqual(
        expect.objectContaining({ id: expect.any(String), title: expect.any(String) }),
      );
    expect({ code: check.code, err: check.err }).toEqual({ code: 0, err: '' });
    expect(check.out).toContain(String(rules.length));
  });

  it('says of a broken rule file, place and fix in one line, and exits 1', async () => {
    const { code, err } = await spillwatch(['rules', 'check', '--rules', BROKEN_RULES]);
    expect(code).toBe(1);
    const lines = err.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${BROKEN_RULES}/broken.yml`);
    expect(lines[0]).toContain('detection.selection.Stage|nonsense');
    expect(lines[0]).toMatch(/; \S+/);
  });

  it('says of a folder without rules in one line that nothing will be reported, and exits 1', async () => {
    for (const verb of ['check', 'list']) {
      // oxlint-disable-next-line no-await-in-loop -- two processes at once are enough for the machine
      const { code, err } = await spillwatch(['rules', verb, '--rules', NO_RULES]);
      expect(code).toBe(1);
      expect(err.trimEnd().split('\n')).toEqual([expect.stringContaining(NO_RULES)]);
    }
  });

  it('shows a whole chain as demo: the finding, its timeline and the counters', async () => {
    const { code, out, err } = await spillwatch(['demo']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^(?:HIGH|CRITICAL) upload \(confidence \w+\)$/m);
    expect(out).toContain('timeline');
    expect(out).toMatch(/^ {4}\d{4}-\d\d-\d\dT\S+Z {2}left: /m);
    expect(out).toMatch(
      /^endpoint-security\s+received \d+ = stored \d+ \+ skipped \d+ \+ dropped \d+$/m,
    );
    expect(out).toMatch(/^\d+ findings?, \d+ emissions?$/m);
    expect(out).not.toMatch(CONTROL);
  });
});
