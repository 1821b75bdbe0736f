import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CollectorError, type Trouble } from '../../../collectors/collector.ts';
import {
  type EndpointSecurityOptions,
  endpointSecurityCollector,
} from '../../../collectors/endpoint-security/collector.ts';
import { MAX_LINE_BYTES } from '../../../collectors/endpoint-security/lines.ts';
import { collected } from '../../support/collected.ts';
import { PROJECT, spillwatch } from '../../support/command.ts';
import { esLine, esMessage, fileOf } from '../../support/es-message.ts';
import { PROGRAMS, Story } from '../../support/story.ts';

const HELPER = join(PROJECT, 'test/fixtures/programs/es-helper.sh');
const CLOCK_US = Date.parse('2026-11-02T09:00:00.250Z') * 1000;
const ALL = 'exec fork exit close create rename link clone copyfile unlink truncate';

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-es-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Run {
  readonly lines: string[];
  readonly faults: string[];
  readonly troubles: Trouble[];
  readonly recovered: string[];
  /** What was said, in order: `line`, the code of a trouble, or that it is over. */
  readonly order: string[];
  readonly stop: AbortController;
  /** What it rejected with; `null` when it resolved. */
  readonly ended: Promise<unknown>;
}

interface Changes extends Partial<EndpointSecurityOptions> {
  readonly onLine?: (text: string) => void;
}

function start({ onLine, ...changes }: Changes): Run {
  const stop = new AbortController();
  const run = {
    lines: [] as string[],
    faults: [] as string[],
    troubles: [] as Trouble[],
    recovered: [] as string[],
    order: [] as string[],
  };
  const collector = endpointSecurityCollector({
    events: 'default',
    run: 'main',
    silentAfterMs: null,
    clock: () => CLOCK_US,
    ...changes,
  });
  const output = {
    line: (text: string) => {
      run.order.push('line');
      if (onLine) onLine(text);
      else run.lines.push(text);
    },
    fault: (reason: string) => void run.faults.push(reason),
    trouble: (trouble: Trouble) => {
      run.order.push(trouble.code);
      run.troubles.push(trouble);
    },
    recovered: (code: string) => {
      run.order.push(`recovered ${code}`);
      run.recovered.push(code);
    },
  };
  const ended = collector.run(output, stop.signal).then(
    () => null,
    (error: unknown) => error,
  );
  return { ...run, stop, ended };
}

function helper(behaviour: string, argument = '', changes: Changes = {}): Run {
  return start({ command: [HELPER, behaviour, argument], ...changes });
}

async function until(isTrue: () => boolean, limitMs = 8000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${String(isTrue)}`);
    // oxlint-disable-next-line no-await-in-loop -- polling
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

/** Stops a run, and says how many milliseconds that took. */
async function stopped(run: Run): Promise<number> {
  const begun = performance.now();
  run.stop.abort();
  expect(await run.ended).toBeNull();
  return performance.now() - begun;
}

/** Runs until there are so many lines. */
async function linesOf(run: Run, count: number): Promise<readonly string[]> {
  await until(() => run.lines.length >= count);
  await stopped(run);
  return run.lines;
}

async function failureOf(run: Run): Promise<CollectorError> {
  const error = await run.ended;
  expect(error).toBeInstanceOf(CollectorError);
  return error as CollectorError;
}

function recordedStory(): Story {
  const story = new Story();
  const shell = story.host().shell();
  const dump = story.run(shell, { ...PROGRAMS.pgDump, args: ['pg_dump', '-f', 'x.sql'] });
  story.write(dump, '/Users/maria/Downloads/ü "time":"1999" \n.sql').exit(dump);
  return story;
}

describe('endpointSecurityCollector', () => {
  it('asks the helper for the events of the default, all of which it knows', async () => {
    const run = helper('lists', `${ALL} open write`);
    expect(await linesOf(run, 1)).toEqual([`{"asked":"${ALL}"}`]);
    expect(run.troubles).toEqual([]);
  });

  it('hands over what the helper writes, at once or paced, as lines that the reader of captures reads', async () => {
    const story = recordedStory();
    const path = fileWith('story.ndjson', story.text());
    const expected = story.lines();
    const [atOnce, paced] = [helper('stream', path), helper('paced', path)];
    expect(await linesOf(atOnce, expected.length)).toEqual(expected);
    expect(await linesOf(paced, expected.length)).toEqual(expected);
    const { lost, events } = collected(atOnce.lines);
    expect(lost).toEqual([]);
    expect(events.map(({ kind }) => kind)).toEqual([
      'host.seen',
      'process.fork',
      'process.exec',
      'file.create',
      'file.close',
      'process.exit',
    ]);
  });

  it('watches what the helper knows and reports each event that it does not', async () => {
    const run = helper('lists', 'exec exit', { events: ['exec', 'btm', 'exit', 'exec'] });
    expect(await linesOf(run, 1)).toEqual(['{"asked":"exec exit"}']);
    expect(run.troubles).toMatchObject([{ code: 'bad-event-name', subject: 'btm', lasts: true }]);
    expect(run.troubles[0]?.isRemark).toBeUndefined();
  });

  it('only remarks what an older macOS does not know of our own list, unless no chain is seen without it', async () => {
    const run = helper('lists', 'exec fork create rename unlink', { events: 'default' });
    await linesOf(run, 1);
    const [remarks, troubles] = [true, undefined].map((is) =>
      run.troubles.filter(({ isRemark }) => isRemark === is).map(({ subject }) => subject),
    );
    expect(remarks).toEqual(['close', 'link', 'clone', 'copyfile', 'truncate']);
    expect(troubles).toEqual(['exit']);
    expect(run.troubles.find(({ isRemark }) => isRemark)?.detail).toContain('older');
  });

  it.each(['no-list', 'empty-list', 'endless-list'])(
    'asks for the wanted events as they are when the helper has %s',
    async (behaviour) => {
      const run = helper(behaviour, '', { events: ['exec', 'future_event'] });
      expect(await linesOf(run, 1)).toEqual(['{"asked":"exec future_event"}']);
      expect(run.troubles).toEqual([]);
    },
  );

  it('never hands over a name that the helper could take for an option', async () => {
    const events = ['--oslog', 'exec', 'Exec', '-x', '', 'a b', '../exec'];
    const run = helper('no-list', '', { events });
    expect(await linesOf(run, 1)).toEqual(['{"asked":"exec"}']);
    expect(run.troubles.map(({ subject }) => subject)).toEqual([
      '--oslog',
      'Exec',
      '-x',
      '',
      'a b',
      '../exec',
    ]);
  });

  it('cannot go on when the helper knows none of the wanted events', async () => {
    const run = helper('lists', 'mount unmount');
    const error = await failureOf(run);
    expect(error.code).toBe('bad-event-name');
    expect(error.message).toContain('--list-events');
    expect(run.troubles).toHaveLength(11);
  });

  it('gives the helper a path, a locale and a home, and nothing else of its own environment', async () => {
    const run = helper('environment');
    await until(() => run.lines.some((line) => line.startsWith('PATH=')));
    await stopped(run);
    // The shell of the stand-in adds the other two.
    const names = run.lines.map((line) => line.slice(0, line.indexOf('=')));
    expect(names.filter((name) => !['PWD', '_', 'OLDPWD', 'SHLVL'].includes(name))).toEqual([
      'HOME',
      'LC_ALL',
      'PATH',
    ]);
    expect(run.lines).toContain('PATH=/usr/bin:/bin:/usr/sbin:/sbin');
    expect(run.lines).toContain('LC_ALL=C');
  });

  it('starts nothing when it was stopped before', async () => {
    const stop = new AbortController();
    stop.abort();
    const collector = endpointSecurityCollector({
      command: ['/nowhere/eslogger'],
      events: 'default',
      run: 'main',
      silentAfterMs: null,
      clock: () => CLOCK_US,
    });
    const deaf = { line: () => {}, fault: () => {}, trouble: () => {}, recovered: () => {} };
    await expect(collector.run(deaf, stop.signal)).resolves.toBeUndefined();
  });

  it('ends with the error of whoever takes the lines, after the helper is gone', async () => {
    const mistake = new Error('no more lines');
    const run = helper('flood', 'x', {
      onLine: () => {
        throw mistake;
      },
    });
    expect(await run.ended).toBe(mistake);
    expect(run.order).toEqual(['line']);
  });
});

describe('endpointSecurityCollector when the helper fails', () => {
  const CREATE = 'Failed to create ES client: ';
  it.each([
    [
      'not-permitted',
      'Full Disk Access',
      `${CREATE}Not permitted to create an ES Client, responsible process needs TCC Full Disk Access authorization (ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED)`,
    ],
    ['not-permitted', 'PPPC', 'another sentence: ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED'],
    [
      'not-privileged',
      'root',
      `${CREATE}Not privileged to create an ES client, need to be superuser (ES_NEW_CLIENT_RESULT_ERR_NOT_PRIVILEGED)`,
    ],
    ['not-entitled', 'entitlement', `${CREATE}(ES_NEW_CLIENT_RESULT_ERR_NOT_ENTITLED)`],
    ['too-many-clients', 'another', `${CREATE}(ES_NEW_CLIENT_RESULT_ERR_TOO_MANY_CLIENTS)`],
    ['helper-exited', 'inside macOS', `${CREATE}(ES_NEW_CLIENT_RESULT_ERR_INTERNAL)`],
    ['helper-exited', 'update the helper', `${CREATE}(ES_NEW_CLIENT_RESULT_ERR_INVALID_ARGUMENT)`],
    ['bad-event-name', '--list-events', 'Failed to parse event types: unknown event exce'],
    ['helper-exited', 'its last words: dyld: no', 'dyld: no'],
  ])('ends as %s and says "%s" for the text %s', async (code, advice, text) => {
    const run = helper('refuses', text);
    const error = await failureOf(run);
    expect(error.code).toBe(code);
    expect(error.message).toContain(advice);
    expect(error.message).toContain('ended with status 1');
    expect(error.message).toContain(text);
    expect(run.troubles).toEqual([]);
  });

  it('finds the reason behind 4 MB of other text', async () => {
    const error = await failureOf(helper('refuses-late', 'ES_NEW_CLIENT_RESULT_ERR_NOT_PERMITTED'));
    expect(error.code).toBe('not-permitted');
  });

  it('shows people no more than 300 characters of what the helper said', async () => {
    const error = await failureOf(helper('refuses', `${'ü'.repeat(300)}x`));
    expect(error.message).toContain(`${'ü'.repeat(300)}…`);
  });

  it.each([
    ['0', 'status 0'],
    ['64', 'status 64'],
  ])('takes its end with status %s for a failure', async (status, said) => {
    const error = await failureOf(helper('ends', status));
    expect(error.code).toBe('helper-exited');
    expect(error.message).toContain(`${said}; it said nothing`);
  });

  it('names the signal that ended it', async () => {
    const error = await failureOf(helper('killed'));
    expect(error.message).toContain('ended by SIGKILL');
  });

  it.each([
    ['is not there', ['/nowhere/eslogger'], 'ENOENT'],
    ['may not be run', [join(PROJECT, 'README.md')], 'EACCES'],
    ['is below a file', [join(PROJECT, 'README.md/eslogger')], 'ENOTDIR'],
    ['is not named', [], 'ERR_INVALID_ARG_VALUE'],
  ])('says that a helper that %s cannot be run', async (_what, command, reason) => {
    const error = await failureOf(start({ command }));
    expect(error.code).toBe('helper-missing');
    expect(error.message).toContain(reason);
    expect(error.message).toContain('endpointSecurity.command');
  });

  it.each([
    ['a program', (mark: string, script: string) => [script, mark]],
    ['a script of a program', (mark: string, script: string) => ['/bin/sh', script, mark]],
  ])('does not run %s that others could change', async (name, commandOf) => {
    const mark = join(folder, `ran-${name.length}`);
    const script = fileWith('changed.sh', '#!/bin/sh\n: >"$1"\n');
    chmodSync(script, 0o755);
    const asked: string[] = [];
    const distrust = (path: string): string | null => {
      asked.push(path);
      return path === script ? 'others can write it' : null;
    };
    const error = await failureOf(start({ command: commandOf(mark, script), distrust }));
    expect([error.code, error.message]).toEqual([
      'helper-missing',
      `${script}: is not run, others can write it`,
    ]);
    expect(existsSync(mark)).toBe(false);
    // The same command runs where everything in it is trusted.
    await failureOf(start({ command: commandOf(mark, script), distrust: () => null }));
    expect(existsSync(mark)).toBe(true);
    expect(asked).toContain(script);
  });

  it('does not wait for a child that the helper left behind with its pipes', async () => {
    const run = helper('leaves-a-child');
    await until(() => run.lines.length === 1);
    expect(await stopped(run)).toBeLessThan(3000);
  });

  it('ends a helper that closed its output and lives on', async () => {
    const error = await failureOf(helper('deaf'));
    expect(error.code).toBe('helper-exited');
    expect(error.message).toContain('ended by SIGTERM');
  });
});

describe.concurrent('endpointSecurityCollector when it is stopped', () => {
  it('ends a helper that ignores SIGTERM within 3 s', async () => {
    const run = helper('stubborn');
    await until(() => run.lines.length === 1);
    const tookMs = await stopped(run);
    expect(tookMs).toBeGreaterThan(1900);
    expect(tookMs).toBeLessThan(3000);
  });

  it('does not wait for a list of events that does not come', async () => {
    const run = helper('slow-list');
    expect(await stopped(run)).toBeLessThan(2000);
    expect(run.order).toEqual([]);
  });

  it.each([
    ['stopped', [HELPER, 'flood', 'x']],
    ['failed', [HELPER, 'refuses', 'no']],
    ['failed', ['/nowhere/eslogger']],
  ])('leaves nothing behind that keeps the process alive after it %s', async (how, command) => {
    const script = join(PROJECT, 'test/fixtures/programs/es-watch-briefly.mjs');
    const { out, err, code } = await spillwatch(command, { script });
    expect({ out, err, code }).toEqual({ out: `${how}\n`, err: '', code: 0 });
  });
});

describe('endpointSecurityCollector on a helper that says nothing', () => {
  it('reports the silence with the last error, once', async () => {
    const run = helper('hangs', 'waiting for permission', { silentAfterMs: 150 });
    await until(() => run.troubles.length > 0);
    expect(run.troubles).toMatchObject([{ code: 'helper-silent', subject: null, lasts: true }]);
    expect(run.troubles[0]?.detail).toContain('waiting for permission');
    await stopped(run);
    expect(run.order).toEqual(['helper-silent', 'recovered helper-silent']);
  });

  it('takes it back with the next line, and reports the next silence', async () => {
    const run = helper('pauses', '', { silentAfterMs: 100 });
    await until(() => run.troubles.length === 3);
    await stopped(run);
    const round = ['helper-silent', 'recovered helper-silent'];
    expect(run.order).toEqual([...round, 'line', ...round, 'line', ...round]);
  });
});

describe('endpointSecurityCollector on lines that cannot be read', () => {
  it('reports more than 100 of them once, with their number, and hands each over as a fault', async () => {
    const run = helper('garbage', '150', { silentAfterMs: null });
    await until(() => run.faults.length === 150);
    await stopped(run);
    expect(new Set(run.faults)).toEqual(new Set(['invalid-utf8']));
    expect(run.troubles).toMatchObject([{ code: 'unreadable-lines', lasts: false }]);
    expect(run.troubles[0]?.detail).toContain('150 lines');
  });

  it('lets 100 of them pass', async () => {
    const run = helper('garbage', '100');
    await until(() => run.faults.length === 100);
    await stopped(run);
    expect(run.troubles).toEqual([]);
  });

  it('survives random bytes, each line of which is a line or a fault that the reader counts', async () => {
    const run = helper('noise', '300000');
    expect((await failureOf(run)).code).toBe('helper-exited');
    const { records, lost } = collected(run.lines);
    expect(run.faults.length).toBeGreaterThan(100);
    expect(records).toEqual([]);
    expect(lost).toHaveLength(run.lines.length);
  });

  it('reads a line of 7 MiB, and loses one of 9 MiB without losing the next', async () => {
    const [short, long] = [helper('long', '7340032'), helper('long', '9437184')];
    const [read] = await linesOf(short, 2);
    expect(read).toHaveLength(7_340_032);
    expect(short.faults).toEqual([]);
    expect(await linesOf(long, 1)).toEqual(['{"asked":"after"}']);
    expect(long.faults).toEqual(['line-too-long']);
  });

  it('hands over half a line when the helper dies in it, so that the loss is counted', async () => {
    const run = helper('half');
    expect((await failureOf(run)).message).toContain('status 3');
    expect(run.lines).toHaveLength(2);
    expect(collected(run.lines.slice(1)).lost).toMatchObject([{ dropped: 'bad-json' }]);
  });
});

describe('endpointSecurityCollector on a helper that writes without end', () => {
  it('reads 300,000 lines of a flood in bounded memory', async () => {
    const line = esLine(esMessage('unlink', { target: fileOf('/Users/maria/Downloads/x') }));
    const { rss } = process.memoryUsage();
    let count = 0;
    let bytes = 0;
    const run = helper('flood', line, {
      onLine: (text) => {
        count += 1;
        bytes += text.length;
      },
    });
    await until(() => count > 300_000);
    const grown = process.memoryUsage().rss - rss;
    await stopped(run);
    expect(bytes).toBeGreaterThan(500_000_000);
    expect(grown).toBeLessThan(200_000_000);
  });

  it.each(['talks', 'talks-without-end'])(
    'drains its standard error in bounded memory: %s',
    async (behaviour) => {
      const run = helper(behaviour);
      await until(() => run.lines.length === 1);
      const { rss } = process.memoryUsage();
      await new Promise((resolve) => {
        setTimeout(resolve, 300);
      });
      const grown = process.memoryUsage().rss - rss;
      expect(await stopped(run)).toBeLessThan(3000);
      expect(grown).toBeLessThan(150_000_000);
    },
  );
});

describe('endpointSecurityCollector as the run of opens', () => {
  it('asks for open alone, whatever is configured', async () => {
    const run = helper('no-list', '', { run: 'opens', events: ['exec'] });
    await until(() => run.lines.length === 1);
    await stopped(run);
    expect(run.lines).toEqual([
      '{"source":"opens","time":"2026-11-02T09:00:00.250Z","message":{"asked":"open"}}',
    ]);
  });

  it('puts each line as it is into an envelope with its own time, which the reader reads without its number', async () => {
    const path = '/Users/maria/Downloads/","time":"1999-01-01T00:00:00Z".sql';
    const line = esLine(esMessage('open', { file: fileOf(path), fflag: 1 }));
    const run = helper('stream', fileWith('opens.ndjson', `${line}\n`), { run: 'opens' });
    const [text] = await linesOf(run, 1);
    expect(text).toBe(
      `{"source":"opens","time":"2026-11-02T09:00:01.000123456Z","message":${line}}`,
    );
    const { records } = collected([text!]);
    expect(records).toMatchObject([
      { collector: 'endpoint-security', sequence: null, events: [{ kind: 'file.open', path }] },
    ]);
  });

  it('loses a line whose envelope the reader would find too long', async () => {
    const run = helper('long', String(MAX_LINE_BYTES), { run: 'opens' });
    const lines = await linesOf(run, 1);
    expect(run.faults).toEqual(['line-too-long']);
    expect(lines).toEqual([expect.stringContaining('"after"')]);
  });
});
