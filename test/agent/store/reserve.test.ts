import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInMemory } from '../../../agent/store/database.ts';
import { commitWithReserve, isOutOfRoom, Reserve } from '../../../agent/store/reserve.ts';
import { PROJECT } from '../../support/command.ts';

const BYTES = 2_500_000;

let root = '';
let file = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spillwatch-reserve-'));
  file = join(root, 'spillwatch.reserve');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function held(): Reserve {
  const reserve = new Reserve(root, BYTES);
  reserve.ensure();
  return reserve;
}

function fullDisk(): Error {
  return Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
}

function failAsDamaged(): never {
  throw Object.assign(new Error('corrupt'), { code: 'SQLITE_CORRUPT' });
}

describe('the reserve', () => {
  it('takes real room on the disk, for its owner alone', () => {
    const reserve = held();
    expect([reserve.isHeld, reserve.problem]).toEqual([true, null]);
    const { size, blocks, mode } = statSync(file);
    expect(size).toBe(BYTES);
    expect(blocks * 512).toBeGreaterThanOrEqual(BYTES);
    expect((mode & 0o777).toString(8)).toBe('600');
  });

  it('has 16 MiB unless told otherwise', () => {
    new Reserve(root).ensure();
    expect(statSync(file).size).toBe(16 * 1024 * 1024);
  });

  it('is not there before it is made and after it was released', () => {
    const reserve = new Reserve(root, BYTES);
    expect([reserve.isHeld, existsSync(file)]).toEqual([false, false]);
    reserve.ensure();
    reserve.release();
    expect([reserve.isHeld, reserve.problem, existsSync(file)]).toEqual([false, 'released', false]);
    reserve.ensure();
    expect(reserve.isHeld).toBe(true);
  });

  it('of an earlier run is taken over as it is', () => {
    held();
    utimesSync(file, 1000, 1000);
    expect(held().isHeld).toBe(true);
    expect(statSync(file).mtimeMs).toBe(1_000_000);
  });

  it('that somebody removed is made again', () => {
    const reserve = held();
    rmSync(file);
    reserve.ensure();
    expect(statSync(file).size).toBe(BYTES);
  });

  it.each<[string, () => void]>([
    ['that a crash left unfinished', () => writeFileSync(file, 'x')],
    [
      'that has only holes',
      () => {
        const handle = openSync(file, 'w', 0o600);
        ftruncateSync(handle, BYTES);
        closeSync(handle);
      },
    ],
    [
      'that others may read',
      () => {
        held();
        chmodSync(file, 0o644);
      },
    ],
  ])('%s is made anew', (_, arrange) => {
    arrange();
    expect(held().isHeld).toBe(true);
    const { size, blocks, mode } = statSync(file);
    expect([size, blocks * 512 >= BYTES, mode & 0o777]).toEqual([BYTES, true, 0o600]);
  });

  it('replaces a link in its place and leaves the target alone', () => {
    const target = join(root, 'target');
    writeFileSync(target, 'precious');
    symlinkSync(target, file);
    expect(held().isHeld).toBe(true);
    expect(lstatSync(file).isFile()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('released while a link is in its place leaves the target alone', () => {
    const reserve = held();
    const target = join(root, 'target');
    writeFileSync(target, 'precious');
    rmSync(file);
    symlinkSync(target, file);
    reserve.release();
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('that cannot be made is a problem and no error', () => {
    mkdirSync(file);
    writeFileSync(join(file, 'inside'), '');
    const reserve = held();
    expect([reserve.isHeld, reserve.problem]).toEqual([false, 'unusable']);
    const nowhere = new Reserve(join(root, 'no-such'), BYTES);
    nowhere.ensure();
    expect(nowhere.problem).toBe('unusable');
    nowhere.release();
  });

  it('is not made when that would leave too little room', () => {
    const reserve = new Reserve(root, 2 ** 50);
    reserve.ensure();
    expect([reserve.problem, existsSync(file)]).toEqual(['no-room', false]);
  });
});

describe('a commit', () => {
  it('that succeeds leaves the reserve alone', () => {
    const reserve = held();
    expect(commitWithReserve(reserve, () => 5)).toBe(5);
    expect(reserve.isHeld).toBe(true);
  });

  it('that finds no room is tried once more after the reserve was released', () => {
    const reserve = held();
    const result = commitWithReserve(reserve, () => {
      if (existsSync(file)) throw fullDisk();
      return 'saved';
    });
    expect([result, reserve.isHeld]).toEqual(['saved', false]);
  });

  it('that finds no room even then throws, and is tried no third time', () => {
    let tries = 0;
    const commit = (): void => {
      tries += 1;
      throw fullDisk();
    };
    const reserve = held();
    expect(() => commitWithReserve(reserve, commit)).toThrow('full');
    expect(tries).toBe(2);
    expect(() => commitWithReserve(reserve, commit)).toThrow('full');
    expect(tries).toBe(3);
  });

  it('that fails for another reason costs no reserve', () => {
    const reserve = held();
    expect(() => commitWithReserve(reserve, failAsDamaged)).toThrow('corrupt');
    expect(reserve.isHeld).toBe(true);
  });

  it('that reaches the page limit of SQLite is known as one without room, and is undone', () => {
    const connection = openInMemory();
    const pages = Number(connection.pragma('page_count', { simple: true }));
    connection.pragma(`max_page_count = ${pages + 2}`);
    const insert = connection.transaction(() => {
      connection.exec("INSERT INTO meta VALUES ('a', 'b')");
      connection.prepare("INSERT INTO meta VALUES ('c', ?)").run('x'.repeat(100_000));
    });
    let error: unknown = null;
    try {
      insert();
    } catch (caught) {
      error = caught;
    }
    expect(isOutOfRoom(error)).toBe(true);
    const reserve = held();
    commitWithReserve(reserve, () => {
      if (!reserve.isHeld) connection.pragma(`max_page_count = ${pages + 200}`);
      insert();
    });
    expect(connection.prepare('SELECT count(*) FROM meta').pluck().get()).toBe(2);
    connection.close();
  });

  it.each([new Error('x'), null, 'SQLITE_FULL', { code: 'ENOSPC' }])(
    'that throws %j is not called one without room',
    (error) => {
      expect(isOutOfRoom(error)).toBe(false);
    },
  );
});

const UNSHARE = '/usr/bin/unshare';
/** A file system of 12 MiB that only the program sees, and that is gone with it. */
const SCRIPT = 'mount -t tmpfs -o size=12m,mode=700 none "$1" && exec "$2" "$3" "$1"';
const canMount =
  spawnSync(UNSHARE, ['-rm', 'sh', '-c', 'mount -t tmpfs none /tmp'], { timeout: 5000 }).status ===
  0;

describe.skipIf(!canMount)('a disk that is really full (needs a mount of its own)', () => {
  it('is written to after the reserve was released, deletes work again, and the reserve comes back', () => {
    const program = join(PROJECT, 'test/fixtures/programs/full-disk.mjs');
    const node = join(PROJECT, 'node_modules/.bin/node');
    const ended = spawnSync(UNSHARE, ['-rm', 'sh', '-c', SCRIPT, 'sh', root, node, program], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({
      heldAtFirst: true,
      firstError: 'SQLITE_FULL',
      deleteError: 'SQLITE_FULL',
      heldAfterCommit: false,
      saved: true,
      heldWhileFull: false,
      problemWhileFull: 'no-room',
      heldAfterRoom: true,
      check: 'ok',
    });
  }, 20_000);
});
