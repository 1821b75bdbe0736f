import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { actorOf } from '../../../agent/simulation/actor.ts';

const home = mkdtempSync(join(tmpdir(), 'spillwatch-actor-'));
const { uid, gid } = statSync(home);
afterAll(() => rmSync(home, { recursive: true }));

describe('actorOf', () => {
  it('is the user of the process, at home where the environment says', () => {
    expect(actorOf({ uid, gid, env: { HOME: home } })).toEqual({ uid, gid, home, isOther: false });
  });

  it.skipIf(uid !== 0)(
    'is the login user behind sudo, with that home when it is theirs (as root)',
    () => {
      const env = { SUDO_UID: '501', SUDO_GID: '20', HOME: home };
      expect(actorOf({ uid: 0, gid: 0, env })).toBeNull();
      chownSync(home, 501, 20);
      expect(actorOf({ uid: 0, gid: 0, env })).toEqual({ uid: 501, gid: 20, home, isOther: true });
      chownSync(home, 0, 0);
    },
  );

  it('believes SUDO_UID only of root, and only when it is a number', () => {
    const env = { SUDO_UID: '501', HOME: home };
    expect(actorOf({ uid, gid, env: { ...env, SUDO_UID: '-1' } })?.uid).toBe(uid);
    expect(actorOf({ uid: 1000, gid, env }, home)?.uid).toBe(1000);
  });

  it('takes the home that is named, and none that is no folder or not absolute', () => {
    const invocation = { uid, gid, env: { HOME: '/nowhere' } };
    expect(actorOf(invocation)).toBeNull();
    expect(actorOf(invocation, home)?.home).toBe(home);
    expect(actorOf(invocation, '/nowhere')).toBeNull();
    expect(actorOf(invocation, '.')).toBeNull();
  });
});
