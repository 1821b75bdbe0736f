import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Health } from '../../../agent/health/health.ts';
import { StoreTrouble } from '../../../agent/health/store-trouble.ts';
import { openInFolder, probe } from '../../../agent/store/database.ts';
import { Reserve } from '../../../agent/store/reserve.ts';
import type { Connection } from '../../../agent/store/sqlite.ts';

let folder: string;
let connection: Connection;
let health: Health;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-store-trouble-'));
  connection = openInFolder(folder);
  health = new Health(
    () => 0,
    () => {},
  );
});

afterEach(() => {
  connection.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (): void => probe(connection);
const codes = (): readonly string[] => health.active().map(({ code }) => code);

function errorOf(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

it('is over when the database can be written again, although nothing waits for it', () => {
  const trouble = new StoreTrouble(health, new Reserve(folder, 4096), folder, () => {});
  trouble.look(write);
  connection.pragma('query_only = ON');
  trouble.failed(errorOf(write));
  trouble.look(write);
  expect(codes()).toEqual(['state-unwritable']);
  connection.pragma('query_only = OFF');
  trouble.look(write);
  expect(codes()).toEqual([]);
});

it('of a full disk is over only when there is room for the reserve again', () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  const crowded = new StoreTrouble(health, new Reserve(folder, 2 ** 50), folder, () => {});
  crowded.failed(full);
  crowded.look(write);
  expect(codes()).toEqual(['disk-full']);
  const roomy = new StoreTrouble(health, new Reserve(folder, 4096), folder, () => {});
  roomy.look(write);
  expect(codes()).toEqual([]);
});

it('a probe changes nothing', () => {
  const before = connection.pragma('user_version', { simple: true });
  probe(connection);
  expect(connection.pragma('user_version', { simple: true })).toBe(before);
});
