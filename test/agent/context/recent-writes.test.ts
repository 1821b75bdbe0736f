import { describe, expect, it } from 'vitest';
import {
  MAX_FILES,
  MAX_USERS,
  type RecentWrite,
  RecentWrites,
} from '../../../agent/context/recent-writes.ts';

function writeOf(given: Partial<RecentWrite> = {}): RecentWrite {
  const path = '/Users/maria/Downloads/x.csv';
  return { path, timeUs: 100, clockUs: 100, writtenClockUs: 100, ...given };
}

const pathsOf = (writes: readonly RecentWrite[]): readonly string[] =>
  writes.map(({ path }) => path);

describe('a file that no run was known for', () => {
  it.each([
    [99, true],
    [100, true],
    [101, false],
  ])('at 100 belongs to a run that began at %i: %s', (began, isOfRun) => {
    const writes = new RecentWrites();
    writes.add(501, writeOf());
    expect(writes.takeSince(501, began)).toEqual(isOfRun ? [writeOf()] : []);
  });

  it('whose content is older than the run does not belong to it, and waits for another', () => {
    const writes = new RecentWrites();
    writes.add(501, writeOf({ writtenClockUs: 40 }));
    expect(writes.takeSince(501, 50)).toEqual([]);
    expect(pathsOf(writes.takeSince(501, 40))).toEqual([writeOf().path]);
  });

  it('is of one user, and is taken once', () => {
    const writes = new RecentWrites();
    writes.add(501, writeOf());
    expect(writes.takeSince(502, 0)).toEqual([]);
    expect(writes.takeSince(501, 0)).toHaveLength(1);
    expect(writes.takeSince(501, 0)).toEqual([]);
  });

  it('is gone when it is removed, in any spelling', () => {
    const writes = new RecentWrites();
    writes.add(501, writeOf());
    writes.remove('/users/Maria/Downloads/./X.CSV');
    expect(writes.takeSince(501, 0)).toEqual([]);
  });

  it('is kept with its last write, in the order of these', () => {
    const writes = new RecentWrites();
    for (const path of ['/a.csv', '/b.csv', '/A.csv']) writes.add(501, writeOf({ path }));
    expect(pathsOf(writes.takeSince(501, 0))).toEqual(['/b.csv', '/A.csv']);
  });

  it('gives way to newer ones of its user, and users to those who wrote later', () => {
    const writes = new RecentWrites();
    for (let at = 0; at <= MAX_FILES; at += 1) writes.add(501, writeOf({ path: `/${at}.csv` }));
    for (let user = 502; user < 501 + MAX_USERS; user += 1) writes.add(user, writeOf());
    expect(writes.state()).toHaveLength(MAX_USERS);
    const kept = new RecentWrites();
    kept.resume(writes.state());
    expect(pathsOf(kept.takeSince(501, 0)).slice(0, 2)).toEqual(['/1.csv', '/2.csv']);
    kept.add(9000, writeOf());
    kept.add(9001, writeOf());
    expect(kept.takeSince(502, 0)).toEqual([]);
  });
});
