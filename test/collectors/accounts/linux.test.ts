import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linuxAccounts, readMachineId, readVersion } from '../../../collectors/accounts/linux.ts';
import type { HostReading } from '../../../collectors/accounts/reading.ts';
import { temporaryFolder } from './programs.ts';

const PASSWD = (home: string): string =>
  [
    'root:x:0:0:root:/root:/bin/bash',
    `maria:x:1000:1000:Maria,,,:${home}:/bin/bash`,
    'gone:x:1001:1001::/nonexistent/gone:/bin/bash',
    `nobody:x:65534:65534:nobody:${home}:/usr/sbin/nologin`,
    'systemd-network:x:998:998::/:/usr/sbin/nologin',
    `service:x:999:999::${home}:/bin/bash`,
    `mailbox:x:1002:1002::${home}:/usr/sbin/nologin`,
    `retired:x:1003:1003::${home}:/bin/false`,
    'broken',
    `negative:x:-2:1:x:${home}:/bin/sh`,
    '',
  ].join('\n');

const GROUP = 'root:x:0:\nsudo:x:27:sam,maria\ndocker:x:99:mariah\nmaria:x:1000:\nbroken\n';

function read(changes: Record<string, string | null> = {}): Promise<HostReading> {
  const folder = temporaryFolder();
  const home = join(folder, 'maria');
  mkdirSync(home);
  const files: Record<string, string | null> = {
    passwd: PASSWD(home),
    group: GROUP,
    machineId: '3d1219c7c4c5404aaa1f6d2a48adfda4\n',
    osRelease: 'NAME="Debian"\nVERSION_ID="12"\n',
    ...changes,
  };
  for (const [name, text] of Object.entries(files)) {
    if (text !== null) writeFileSync(join(folder, name), text);
  }
  const source = linuxAccounts({
    passwd: join(folder, 'passwd'),
    group: join(folder, 'group'),
    machineId: join(folder, 'machineId'),
    osRelease: join(folder, 'osRelease'),
  });
  return source.read(new AbortController().signal);
}

describe('linuxAccounts', () => {
  it('reads people who can log in and whose home exists, with their groups, the primary one first', async () => {
    const reading = await read();
    expect(reading).toMatchObject({
      uuid: '3D1219C7-C4C5-404A-AA1F-6D2A48ADFDA4',
      osVersion: '12',
      isCut: false,
      faults: [],
    });
    expect(reading.accounts).toMatchObject([
      { uid: 1000, name: 'maria', groups: ['maria', 'sudo'] },
    ]);
    expect(reading.accounts).toHaveLength(1);
  });

  it('does not know groups that it cannot read', async () => {
    const { accounts, faults } = await read({ group: null });
    expect(accounts?.map(({ groups }) => groups)).toEqual([null]);
    expect(faults).toMatchObject([{ code: 'command-failed' }]);
  });

  it('does not take a list that it cannot read for an empty one', async () => {
    expect((await read({ passwd: null })).accounts).toBeNull();
    expect((await read({ passwd: '' })).accounts).toEqual([]);
  });

  it('leaves out what is above 5000 accounts and says so', async () => {
    const rows = Array.from({ length: 5001 }, (_, at) => `u${at}:x:${1000 + at}:1:x:/tmp:/bin/sh`);
    const { accounts, isCut } = await read({ passwd: rows.join('\n') });
    expect(accounts).toHaveLength(5000);
    expect(isCut).toBe(true);
  });

  it('reads machine ids and versions, and nothing else as such', () => {
    expect(readMachineId('uninitialized\n')).toBeNull();
    expect(readMachineId('3d1219c7c4c5404aaa1f6d2a48adfda4x')).toBeNull();
    expect(readVersion("ID=x\nVERSION_ID='24.04'\n")).toBe('24.04');
    expect(readVersion('VERSION_ID=41\n')).toBe('41');
    expect(readVersion('NAME=Arch\n')).toBeNull();
  });
});
