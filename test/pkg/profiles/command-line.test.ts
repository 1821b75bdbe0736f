import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { profilesVerb } from '../../../pkg/profiles.ts';
import { packageOf, partsOf } from '../small-package.ts';
import { filesFor, profileNamed, TEAM } from './wish.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-profiles-verb-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function ran(...args: readonly string[]) {
  const written = { out: '', err: '' };
  const code = await profilesVerb(args, {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  });
  return { code, ...written };
}

describe('npm run profiles', () => {
  writeFileSync(at('torn.json'), '{"a": tru');

  it.each([
    [[], '--team: is missing'],
    [['--team', 'abcde12345'], '--team: abcde12345 is not'],
    [['--team', 'ABCDE1234'], '--team: ABCDE1234 is not'],
    [['--team', 'ABCDE12345\n'], '--team: ABCDE12345'],
    [['--team', TEAM, '--organization', ''], '--organization: '],
    [['--team', TEAM, '--organization', 'a\nb'], '--organization: a'],
    [['--team', TEAM, '--what'], "Unknown option '--what'"],
    [['--team', TEAM, 'more'], "Unexpected argument 'more'"],
    [['lint'], 'lint: name the profiles'],
    [['lint', '--package', 'x'], 'lint: name the profiles'],
    [['lint', '--team', TEAM, 'x'], "Unknown option '--team'"],
  ])('wrong usage %j is 64, a line that says what is wrong, and the usage', async (args, why) => {
    const { code, out, err } = await ran(...args);
    expect([code, out]).toEqual([64, '']);
    const [line, usage] = err.split('\n');
    expect(line?.startsWith(why)).toBe(true);
    expect(usage).toMatch(/^usage: npm run profiles -- --team TEAMID /);
  });

  it('writes the files, names them, and writes the same again', async () => {
    const out = at('new/folder');
    const args = ['--team', TEAM, '--organization', 'Example', '--out', out];
    const first = await ran(...args);
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out.split('\n').slice(0, -1)).toEqual(
      [...filesFor().keys()].map((name) => join(out, name)),
    );
    expect(readdirSync(out).toSorted()).toEqual([...filesFor().keys()].toSorted());
    expect(await ran(...args)).toEqual(first);
    for (const [name, text] of filesFor()) expect(readFileSync(join(out, name), 'utf8')).toBe(text);
  });

  it('pushes the configuration that is named, and says its doubts', async () => {
    const deliver = [{ type: 'webhook', url: 'https://x.example/?a=b' }];
    writeFileSync(at('config.json'), JSON.stringify({ deliver }));
    const { code, err } = await ran(
      '--team',
      TEAM,
      '--config',
      at('config.json'),
      '--out',
      at('some'),
    );
    expect([code, err]).toEqual([
      0,
      expect.stringContaining(`${at('config.json')}: warning: deliver, item 1: url`),
    ]);
    expect(readFileSync(join(at('some'), 'spillwatch-settings.mobileconfig'), 'utf8')).toContain(
      'x.example',
    );
  });

  it('a configuration with faults is one line each, 1, and nothing is written', async () => {
    writeFileSync(at('bad.json'), JSON.stringify({ a: 1, heartbeat: { minutes: 0 } }));
    const { code, err } = await ran(
      '--team',
      TEAM,
      '--config',
      at('bad.json'),
      '--out',
      at('nothing'),
    );
    expect(code).toBe(1);
    expect(err.match(/^.*\/bad\.json: /gm)).toHaveLength(2);
    expect(readdirSync(folder)).not.toContain('nothing');
  });

  it.each([
    [
      'a configuration that is not there',
      ['--config', '/nowhere\u001b[31m'],
      '/nowhere\\u{1b}[31m: cannot be read (ENOENT)',
    ],
    ['a configuration that is no JSON', ['--config', at('torn.json')], 'is not JSON ('],
    ['a folder that cannot be made', ['--out', '/dev/null/x'], 'ENOTDIR'],
  ])('%s is one line and 1', async (_, args, line) => {
    const { code, err } = await ran('--team', TEAM, ...args);
    expect([code, err]).toEqual([1, expect.stringContaining(line)]);
    expect(err.split('\n')).toHaveLength(2);
  });
});

describe('lint', () => {
  writeFileSync(at('good.mobileconfig'), profileNamed('all'));
  writeFileSync(at('bad.mobileconfig'), profileNamed('privacy').replace('<true/>', '<false/>'));
  writeFileSync(at('jobless.pkg'), packageOf(partsOf()));
  symlinkSync(at('good.mobileconfig'), at('link.mobileconfig'));

  it('no fault is 0', async () => {
    expect(await ran('lint', at('good.mobileconfig'))).toEqual({
      code: 0,
      out: '',
      err: 'no fault\n',
    });
  });

  it('a fault is a line with the file, and 1', async () => {
    expect(await ran('lint', at('good.mobileconfig'), at('bad.mobileconfig'))).toEqual({
      code: 1,
      out: `${at('bad.mobileconfig')} payload 1 SystemPolicyAllFiles 1: denies, and a denial beats a grant\n`,
      err: '1 fault\n',
    });
  });

  it.each([
    ['a profile that is not there', ['lint', '/nowhere'], '/nowhere: cannot be read (ENOENT)'],
    ['a link', ['lint', at('link.mobileconfig')], 'cannot be read (ELOOP)'],
    [
      'a package that cannot be read',
      ['lint', at('good.mobileconfig'), '--package', at('good.mobileconfig')],
      'good.mobileconfig: is no xar archive',
    ],
    [
      'a package whose job says nothing',
      ['lint', at('good.mobileconfig'), '--package', at('jobless.pkg')],
      'jobless.pkg: ',
    ],
  ])('%s is one line and 1', async (_, args, line) => {
    const { code, err } = await ran(...args);
    expect([code, err]).toEqual([1, expect.stringContaining(line)]);
    expect(err.split('\n')).toHaveLength(2);
  });
});
