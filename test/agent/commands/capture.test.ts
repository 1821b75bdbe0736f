import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CaptureOptions,
  type CaptureParts,
  capture,
} from '../../../agent/commands/capture.ts';
import { replay } from '../../../agent/commands/replay.ts';
import type { LiveNeeds } from '../../../agent/live-needs.ts';
import type { Supervised } from '../../../agent/supervise.ts';
import type { Collector } from '../../../collectors/collector.ts';
import { endpointSecurityCollector } from '../../../collectors/endpoint-security/collector.ts';
import { PROJECT } from '../../support/command.ts';
import { demoStory } from '../../support/demo-story.ts';
import { Desk } from '../../support/desk.ts';
import { PROGRAMS } from '../../support/story.ts';

const HELPER = join(PROJECT, 'test/fixtures/programs/es-helper.sh');
const folder = mkdtempSync(join(tmpdir(), 'spillwatch-capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const place = (): string => join(folder, `capture-${(count += 1)}.ndjson`);

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Collects what a verb prints. */
async function printed(
  verb: (output: { out: (text: string) => void; err: (text: string) => void }) => Promise<number>,
): Promise<Run> {
  let out = '';
  let err = '';
  const code = await verb({
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

const run = (options: CaptureOptions, given: CaptureParts): Promise<Run> =>
  printed((output) => capture(options, output, given));

const replayed = (path: string, format: 'summary' | 'ocsf' = 'ocsf'): Promise<Run> =>
  printed((output) => replay({ captures: [path], format }, output));

/** A source that hands over lines and then ends the recording. */
function source(part: string, lines: readonly string[], stop: AbortController): Supervised {
  const collector: Collector = {
    name: 'endpoint-security',
    run: (output, signal) =>
      new Promise((resolve) => {
        for (const line of lines) output.line(line);
        signal.addEventListener('abort', () => resolve(), { once: true });
        stop.abort();
      }),
  };
  return { part, make: () => collector };
}

function parts(lines: readonly string[]): CaptureParts {
  const stop = new AbortController();
  return { sources: () => [source('endpoint-security', lines, stop)], signal: stop.signal };
}

/** The last line of a capture. */
function manifestOf(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '') as unknown;
}

describe('spillwatch capture', () => {
  it('writes what the sources see to a file for its owner, which replays to the same findings', async () => {
    const story = demoStory();
    const file = place();
    const { code, out, err } = await run({ file }, parts(story.lines()));
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toBe(`${file}: ${story.lines().length} lines, complete\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(manifestOf(file)).toMatchObject({
      source: 'manifest',
      redaction: 'hash',
      lines: story.lines().length,
      complete: true,
      lost: {},
    });
    const raw = place();
    writeFileSync(raw, story.text());
    const expected = await replayed(raw);
    expect(expected.out).not.toBe('');
    expect((await replayed(file)).out).toBe(expected.out);
  });

  it('uses another key for every recording', async () => {
    const [first, second] = [place(), place()];
    const lines = demoStory().lines();
    await run({ file: first }, parts(lines));
    await run({ file: second }, parts(lines));
    expect(readFileSync(first, 'utf8')).not.toBe(readFileSync(second, 'utf8'));
  });

  it('writes lines as they are when told to, with a warning first', async () => {
    const story = demoStory();
    const file = place();
    const { err } = await run({ file, raw: true }, parts(story.lines()));
    expect(err.split('\n')[0]).toContain('will hold passwords');
    expect(readFileSync(file, 'utf8').startsWith(story.text())).toBe(true);
    expect(manifestOf(file)).toMatchObject({ redaction: 'raw' });
  });

  it('refuses a file that is there and a folder that is not', async () => {
    const file = place();
    writeFileSync(file, 'x');
    const there = await run({ file }, parts([]));
    expect(there).toEqual({
      code: 1,
      out: '',
      err: `${file}: is there already; name a new file\n`,
    });
    const missing = await run({ file: join(folder, 'missing', 'x') }, parts([]));
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/^.*ENOENT.*\n$/);
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  it('refuses a configuration that cannot be read before it makes the file', async () => {
    const file = place();
    const { code } = await run({ file, config: join(folder, 'missing.json') }, parts([]));
    expect(code).toBe(1);
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  it('is not complete when the kernel dropped messages', async () => {
    const { story } = new Desk();
    story.noise(2).lose(3).noise(1);
    const file = place();
    const { err } = await run({ file }, parts(story.lines()));
    expect(err).toContain('not complete (not-reported 3)');
    expect(manifestOf(file)).toMatchObject({ complete: false, lost: { 'not-reported': 3 } });
  });

  it('is not complete when a source failed or bytes never became a line', async () => {
    const failing: Collector = {
      name: 'network',
      run: (output) => {
        output.fault('invalid-utf8');
        return Promise.reject(new Error('gone\u001b'));
      },
    };
    const file = place();
    const { err } = await run(
      { file, seconds: 0.02 },
      { sources: () => [{ part: 'network', make: () => failing }] },
    );
    expect(err).not.toContain('\u001b');
    expect(manifestOf(file)).toMatchObject({
      complete: false,
      lost: { 'invalid-utf8': expect.any(Number), 'source-failed': expect.any(Number) },
    });
  });

  it('ends after the given seconds', async () => {
    const file = place();
    const { code } = await run({ file, seconds: 0.05 }, { sources: () => [] });
    expect(code).toBe(0);
    expect(manifestOf(file)).toMatchObject({ lines: 0, complete: true });
  });

  it('ends on SIGTERM like a whole recording', async () => {
    const file = place();
    const idle: Collector = {
      name: 'network',
      run: (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
          process.kill(process.pid, 'SIGTERM');
        }),
    };
    const { code } = await run(
      { file },
      { sources: () => [{ part: 'network', make: () => idle }] },
    );
    expect(code).toBe(0);
    expect(manifestOf(file)).toMatchObject({ complete: true });
  });

  it('wants opens and frequent samples once a database tool runs, and tells of upload tools', async () => {
    const desk = new Desk();
    const asked: boolean[] = [];
    let uploads = 0;
    const stop = new AbortController();
    const watching = (needs: LiveNeeds): readonly Supervised[] => {
      needs.onUploadTool(() => {
        uploads += 1;
      });
      const collector: Collector = {
        name: 'endpoint-security',
        run: (output) => {
          const lines = desk.story.lines();
          output.line(lines[0]!);
          asked.push(needs.isActive(), needs.wantsOpens(), needs.hasStream());
          for (const line of lines.slice(1)) output.line(line);
          asked.push(needs.isActive(), needs.wantsOpens(), needs.hasStream());
          expect(needs.accounts()).toContainEqual({ uid: 503, home: '/Users/lena' });
          stop.abort();
          return Promise.resolve();
        },
      };
      return [{ part: 'endpoint-security', make: () => collector }];
    };
    desk.dump();
    desk.type(PROGRAMS.curl, 'curl -T Documents/march/ledger.sql https://dav.example/');
    await run({ file: place() }, { sources: watching, signal: stop.signal });
    expect(asked).toEqual([false, false, false, true, true, true]);
    expect(uploads).toBe(1);
  });

  it('records a real helper until it is told to stop', async () => {
    const story = demoStory();
    const lines = story.lines().filter((line) => !line.startsWith('{"source"'));
    const stream = place();
    writeFileSync(stream, lines.map((line) => `${line}\n`).join(''));
    const file = place();
    const stop = new AbortController();
    const make = (): Collector =>
      endpointSecurityCollector({
        command: [HELPER, 'stream', stream],
        events: 'default',
        run: 'main',
        silentAfterMs: null,
        clock: () => 0,
      });
    let seen = 0;
    const counting = (): Collector => {
      const collector = make();
      return {
        name: collector.name,
        run: (output, signal) =>
          collector.run(
            {
              ...output,
              fault: (reason) => output.fault(reason),
              trouble: (trouble) => output.trouble(trouble),
              recovered: (code, subject) => output.recovered(code, subject),
              line: (text) => {
                output.line(text);
                seen += 1;
                if (seen === lines.length) stop.abort();
              },
            },
            signal,
          ),
      };
    };
    const sources = (): readonly Supervised[] => [{ part: 'endpoint-security', make: counting }];
    const { code } = await run({ file }, { sources, signal: stop.signal });
    expect(code).toBe(0);
    expect(manifestOf(file)).toMatchObject({ lines: lines.length, complete: true });
  });
});

describe('spillwatch replay', () => {
  it('warns once of a capture that is not what its manifest says, and of no other', async () => {
    const file = place();
    await run({ file }, parts(demoStory().lines()));
    const whole = await replayed(file);
    expect(whole.err).not.toContain('manifest');
    appendFileSync(file, '{"source":"notice"}\n');
    const added = await replayed(file);
    expect(added.err).toMatch(/^[^\n]*1 lines follow its manifest[^\n]*\n[^\n]*\n$/);
    expect(added.out).toBe(whole.out);
    expect(added.code).toBe(0);
    writeFileSync(file, readFileSync(file, 'utf8').replace('DBeaver', 'DBeavor'));
    expect((await replayed(file)).err).toContain('another content');
  });

  it('says in one line that a recording is not complete, and why, and finds the same', async () => {
    const file = place();
    await run({ file }, parts(demoStory().lines()));
    const whole = await replayed(file);
    const text = readFileSync(file, 'utf8');
    const lossy = text.replace(
      '"complete":true,"lost":{}',
      '"complete":false,"lost":{"queue-full":9}',
    );
    expect(lossy).not.toBe(text);
    writeFileSync(file, lossy);
    const { code, out, err } = await replayed(file);
    expect({ code, out }).toEqual({ code: 0, out: whole.out });
    expect(err).toMatch(/^[^\n]* is not complete \(queue-full 9\); [^\n]*\n[^\n]*\n$/);
  });
});

const UNSHARE = '/usr/bin/unshare';
const SCRIPT = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
const canMount =
  spawnSync(UNSHARE, ['-rm', 'sh', '-c', 'mount -t tmpfs none /tmp'], { timeout: 5000 }).status ===
  0;

describe.skipIf(!canMount)('on a disk that is really full (needs a mount of its own)', () => {
  it('a recording ends at whole lines with a manifest that fits', () => {
    const program = join(PROJECT, 'test/fixtures/programs/full-disk-recording.mjs');
    const node = join(PROJECT, 'node_modules/.bin/node');
    const mount = mkdtempSync(join(folder, 'mount-'));
    const ended = spawnSync(UNSHARE, ['-rm', 'sh', '-c', SCRIPT, 'sh', mount, node, program], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({
      code: 1,
      complete: false,
      reasons: ['disk-full'],
      misfit: null,
    });
  });
});
