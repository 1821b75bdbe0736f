import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDestinations } from '../../../../agent/deliver/destination.ts';
import type { Item } from '../../../../agent/deliver/item.ts';
import type { Outcome } from '../../../../agent/deliver/outcome.ts';
import type { Transport } from '../../../../agent/deliver/transport.ts';
import { itemOf, itemsFrom } from '../items.ts';
import { NEVER, SURROUNDINGS } from '../surroundings.ts';

const IS_ROOT = process.geteuid?.() === 0;
const SOMEBODY = 4242;
const MEBIBYTE = 1_048_576;
let folder: string;
let path: string;
let toClose: Transport[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'spillwatch-file-')));
  path = join(folder, 'findings.jsonl');
});

afterEach(async () => {
  await Promise.all(toClose.map((transport) => transport.close()));
  toClose = [];
  rmSync(folder, { recursive: true, force: true });
});

function open(keys: object = {}, at = SURROUNDINGS): Transport {
  const { destinations, problems } = readDestinations([{ type: 'file', path, ...keys }]);
  expect(problems).toEqual([]);
  const transport = destinations[0]!.open(at);
  toClose.push(transport);
  return transport;
}

/** The lines of a file, each with its end. */
function linesOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

const read = (keys: object) => readDestinations([{ type: 'file', ...keys }]);

const faults = (keys: object): readonly string[] =>
  read(keys).problems.map((line) => line.replace('deliver, item 1: ', ''));

const bodiesOf = (items: readonly Item[]): readonly string[] => items.map(({ body }) => body);

/** Items that take about 0.3 MiB each. */
const largeItems = (first: number, last: number): readonly Item[] =>
  itemsFrom(first, last).map((item) => ({
    ...item,
    body: JSON.stringify({ number: item.id, text: 'x'.repeat(300_000) }),
  }));

const numbersOf = (file: string): readonly number[] =>
  linesOf(file).map((line) => (JSON.parse(line) as { number: number }).number);

const REFUSED = (detail: unknown): Outcome => ({ kind: 'config', detail: detail as string });

describe('a file of JSON lines', () => {
  it('gets one line for each item, in their order', async () => {
    const transport = open();
    expect(await transport.send(itemsFrom(1, 3), NEVER)).toEqual({ kind: 'ok' });
    expect(await transport.send(itemsFrom(4, 4), NEVER)).toEqual({ kind: 'ok' });
    expect(linesOf(path)).toEqual(bodiesOf(itemsFrom(1, 4)));
  });

  it('is for its owner to write and for its group to read', async () => {
    const before = process.umask(0);
    await open().send([itemOf(1)], NEVER);
    process.umask(before);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('640');
  });

  it('is continued where it ended', async () => {
    await open().send([itemOf(1)], NEVER);
    await open().send([itemOf(2)], NEVER);
    expect(numbersOf(path)).toEqual([1, 2]);
  });

  it('gets the end of a line that was torn before', async () => {
    writeFileSync(path, '{"number":1}\n{"numb', { mode: 0o640 });
    expect(await open().send([itemOf(2)], NEVER)).toEqual({ kind: 'ok' });
    expect(linesOf(path)).toEqual(['{"number":1}', '{"numb', '{"number":2}']);
  });

  it('may be moved, removed or emptied by others between two batches', async () => {
    const transport = open();
    await transport.send([itemOf(1)], NEVER);
    renameSync(path, join(folder, 'archived'));
    await transport.send([itemOf(2)], NEVER);
    expect([numbersOf(join(folder, 'archived')), numbersOf(path)]).toEqual([[1], [2]]);
    rmSync(path);
    await transport.send([itemOf(3)], NEVER);
    expect(numbersOf(path)).toEqual([3]);
    truncateSync(path);
    await transport.send([itemOf(4)], NEVER);
    expect(numbersOf(path)).toEqual([4]);
    renameSync(path, join(folder, 'archived'));
    writeFileSync(path, '', { mode: 0o640 });
    await transport.send([itemOf(5)], NEVER);
    expect(numbersOf(path)).toEqual([5]);
  });
});

describe('a file that is full', () => {
  it('is kept beside a new one, the oldest is given up, and no line is torn', async () => {
    const transport = open({ maxMegabytes: 1, keep: 2 });
    expect(await transport.send(largeItems(1, 5), NEVER)).toEqual({ kind: 'ok' });
    expect(await transport.send(largeItems(6, 11), NEVER)).toEqual({ kind: 'ok' });
    expect(readdirSync(folder).toSorted()).toEqual([
      'findings.jsonl',
      'findings.jsonl.1',
      'findings.jsonl.2',
    ]);
    expect([numbersOf(`${path}.2`), numbersOf(`${path}.1`), numbersOf(path)]).toEqual([
      [4, 5, 6],
      [7, 8, 9],
      [10, 11],
    ]);
  });

  it('counts what others wrote, and what was there before', async () => {
    writeFileSync(path, `${'x'.repeat(MEBIBYTE - 40)}\n`, { mode: 0o640 });
    const transport = open({ maxMegabytes: 1 });
    await transport.send([itemOf(1)], NEVER);
    expect(existsSync(`${path}.1`)).toBe(false);
    appendFileSync(path, `{"by":"another"}\n${' '.repeat(4)}\n`);
    await transport.send([itemOf(2)], NEVER);
    expect(numbersOf(path)).toEqual([2]);
  });

  it('is made of one line that is longer than a file may be', async () => {
    const long = itemOf(2, { body: JSON.stringify({ number: 2, text: 'x'.repeat(MEBIBYTE) }) });
    const transport = open({ maxMegabytes: 1 });
    expect(await transport.send([itemOf(1), long, itemOf(3)], NEVER)).toEqual({ kind: 'ok' });
    expect([numbersOf(`${path}.2`), numbersOf(`${path}.1`), numbersOf(path)]).toEqual([
      [1],
      [2],
      [3],
    ]);
  });

  it('stays when there is no place for it, and only what is not written waits', async () => {
    mkdirSync(join(`${path}.1`, 'inside'), { recursive: true });
    const transport = open({ maxMegabytes: 1, keep: 1 });
    const detail = expect.stringMatching(/findings\.jsonl: there is a folder .*correct path/);
    expect(await transport.send(largeItems(1, 5), NEVER)).toEqual({
      kind: 'items',
      answers: [
        ...Array.from({ length: 3 }, () => ({ kind: 'ok' })),
        ...Array.from({ length: 2 }, () => ({ kind: 'retry', detail })),
      ],
    });
    expect(numbersOf(path)).toEqual([1, 2, 3]);
    expect(await transport.send(largeItems(4, 5), NEVER)).toEqual(REFUSED(detail));
  });
});

describe('a path that is not safe', () => {
  it('is refused when others can write to the folder', async () => {
    chmodSync(folder, 0o777);
    expect(await open().send([itemOf(1)], NEVER)).toEqual(
      REFUSED(expect.stringContaining('others can write there (mode 777)')),
    );
    expect(existsSync(path)).toBe(false);
    chmodSync(folder, 0o700);
  });

  it('is refused when others can write the file', async () => {
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    expect(await open().send([itemOf(1)], NEVER)).toEqual(
      REFUSED(`${path}: others can write it; "chmod go-w" it`),
    );
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('is refused when it is a link, also one that comes later', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'mine');
    symlinkSync(target, path);
    const refused = REFUSED(expect.stringContaining('is a link, and links are not followed'));
    expect(await open().send([itemOf(1)], NEVER)).toEqual(refused);
    rmSync(path);
    const transport = open();
    await transport.send([itemOf(1)], NEVER);
    rmSync(path);
    symlinkSync(target, path);
    expect(await transport.send([itemOf(2)], NEVER)).toEqual(refused);
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('is refused when it is a folder', async () => {
    mkdirSync(path);
    expect(await open().send([itemOf(1)], NEVER)).toEqual(
      REFUSED(expect.stringContaining('there is a folder of that name')),
    );
  });

  it('is refused when it is a pipe, without waiting for a reader', async () => {
    spawnSync('mkfifo', [path]);
    expect(await open().send([itemOf(1)], NEVER)).toEqual(
      REFUSED(expect.stringContaining('is not a file')),
    );
  });

  it('is refused with what to do when the folder is missing, and taken when it is there', async () => {
    path = join(folder, 'later', 'findings.jsonl');
    const transport = open();
    expect(await transport.send([itemOf(1)], NEVER)).toEqual(
      REFUSED(expect.stringContaining('the folder is missing; make it')),
    );
    mkdirSync(join(folder, 'later'));
    expect(await transport.send([itemOf(1)], NEVER)).toEqual({ kind: 'ok' });
  });

  it.skipIf(!IS_ROOT)('is refused when the file is somebody else’s (needs root)', async () => {
    writeFileSync(path, '');
    chownSync(path, SOMEBODY, SOMEBODY);
    expect(await open().send([itemOf(1)], NEVER)).toEqual(
      REFUSED(`${path}: belongs to uid ${SOMEBODY}; "chown root" it`),
    );
  });
});

describe('an attempt that does not come to its end', () => {
  it('has handed over exactly what is in the file', async () => {
    const stop = new AbortController();
    const items = itemsFrom(1, 5000);
    const attempt = open().send(items, stop.signal);
    setTimeout(() => stop.abort(), 20);
    const outcome = await attempt;
    const count = existsSync(path) ? linesOf(path).length : 0;
    expect(count).toBeLessThan(5000);
    expect(acknowledged(outcome)).toBe(count);
  });

  it('writes nothing when it is over before it begins', async () => {
    expect(await open().send([itemOf(1)], AbortSignal.abort())).toMatchObject({ kind: 'retry' });
    expect(linesOf(path)).toEqual([]);
  });

  it('is given up when the disk hangs, and the next waits until it has answered', async () => {
    let isPatient = false;
    const transport = open(
      {},
      {
        ...SURROUNDINGS,
        pause: (ms, signal) => (isPatient ? SURROUNDINGS.pause(ms, signal) : Promise.resolve()),
      },
    );
    const hanging: Outcome = {
      kind: 'retry',
      detail: `${path}: the disk does not answer`,
      retryAfterMs: null,
    };
    expect(await transport.send([itemOf(1)], NEVER)).toEqual(hanging);
    expect(await transport.send([itemOf(1)], NEVER)).toEqual(hanging);
    isPatient = true;
    let outcome: Outcome = hanging;
    for (let tries = 0; outcome.kind === 'retry' && tries < 1000; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- until the first attempt is over
      await SURROUNDINGS.pause(1, NEVER);
      // oxlint-disable-next-line no-await-in-loop -- as above
      outcome = await transport.send([itemOf(2)], NEVER);
    }
    expect(outcome).toEqual({ kind: 'ok' });
    expect(numbersOf(path)).toEqual([1, 2]);
  });
});

/** How many of the first items the outcome says are kept. */
function acknowledged(outcome: Outcome): number {
  if (outcome.kind === 'ok') return Number.POSITIVE_INFINITY;
  if (outcome.kind !== 'items') return 0;
  const first = outcome.answers.findIndex(({ kind }) => kind !== 'ok');
  expect(outcome.answers.slice(first).every(({ kind }) => kind === 'retry')).toBe(true);
  return first;
}

const UNSHARE = '/usr/bin/unshare';
/** A file system of 1 MiB that only the program sees, and that is gone with it. */
const SCRIPT = 'mount -t tmpfs -o size=1m,mode=700 none "$1" && exec "$2" "$3" "$1"';
const canMount =
  IS_ROOT &&
  spawnSync(UNSHARE, ['-rm', 'sh', '-c', 'mount -t tmpfs none /tmp'], { timeout: 5000 }).status ===
    0;

describe.skipIf(!canMount)(
  'on a disk that is really full (needs root and a mount of its own)',
  () => {
    it('no line is torn, what is acknowledged is there, and the rest follows when there is room', () => {
      const program = join(import.meta.dirname, '../../../fixtures/programs/full-file.ts');
      const node = join(import.meta.dirname, '../../../../node_modules/.bin/node');
      const ended = spawnSync(UNSHARE, ['-rm', 'sh', '-c', SCRIPT, 'sh', folder, node, program], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(ended.stderr).toBe('');
      const report = JSON.parse(ended.stdout) as Record<string, unknown>;
      expect(report).toEqual({
        firstKind: 'items',
        firstDetail: expect.stringContaining('the volume is full; make room (ENOSPC)'),
        isWholeWhenFull: true,
        linesWhenFull: report['acknowledged'],
        acknowledged: expect.any(Number),
        whileFull: 'retry',
        withRoom: 'ok',
        isInOrder: true,
      });
      expect(report['acknowledged']).toBeGreaterThan(10);
    });
  },
);

describe('the settings of a file', () => {
  it('need a path and nothing else', () => {
    const { destinations, problems } = read({ path: '/var/log/spillwatch/findings.jsonl' });
    expect(problems).toEqual([]);
    expect(destinations).toMatchObject([
      { format: 'ocsf', isBestEffort: false, batch: { maxItems: 500, maxBytes: MEBIBYTE } },
    ]);
  });

  it('take everything that can be said', () => {
    const { problems } = read({
      name: 'file',
      path: '/Library/Logs/Spillwatch/findings.jsonl',
      maxMegabytes: 100,
      keep: 5,
      format: 'ecs',
      minimumSeverity: 'medium',
    });
    expect(problems).toEqual([]);
  });

  it.each(['ocsf', 'ecs', 'splunk', 'summary'])('take the format %s', (format) => {
    expect(read({ path: '/a', format }).problems).toEqual([]);
  });

  it('name everything that is wrong', () => {
    expect(faults({})).toEqual(['path is missing; add it']);
    expect(faults({ path: 'findings.jsonl' })).toEqual(['path must be an absolute path']);
    expect(faults({ path: '/var/log/' })).toEqual(['path must name a file, not a folder']);
    expect(faults({ path: '/a', maxMegabytes: 0, keep: 0, tls: {} })).toEqual([
      'maxMegabytes must be a whole number from 1 to 100000',
      'keep must be a whole number from 1 to 99',
      'tls is no key of this type; remove it',
    ]);
  });
});
