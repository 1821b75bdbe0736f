import { mkdirSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MacCommands, macosAccounts } from '../../../collectors/accounts/macos.ts';
import type { HostReading } from '../../../collectors/accounts/reading.ts';
import { program, StandInMac } from './programs.ts';

function read(
  mac: StandInMac,
  commands: Partial<MacCommands> = {},
  timeoutMs?: number,
): Promise<HostReading> {
  const source = macosAccounts({ ...mac.commands, ...commands }, timeoutMs);
  return source.read(new AbortController().signal);
}

describe('macosAccounts', () => {
  it('reads the host, the people on it and their groups', async () => {
    const mac = new StandInMac([
      ['maria', 501],
      ['sam', 502],
    ]);
    expect(await read(mac)).toEqual({
      hostname: hostname(),
      uuid: '6F1C0F5A-1D2E-5B3C-9A4D-0123456789AB',
      osVersion: '15.5',
      isCut: false,
      faults: [],
      accounts: [
        {
          uid: 501,
          name: 'maria',
          home: mac.home('maria'),
          groups: [
            'staff',
            'everyone',
            'localaccounts',
            'admin',
            '_appserverusr',
            'com.apple.sharepoint.group.1',
          ],
          folders: new Map(),
        },
        {
          uid: 502,
          name: 'sam',
          home: mac.home('sam'),
          groups: ['staff', 'everyone', 'localaccounts', '_developer'],
          folders: new Map(),
        },
      ],
    });
  });

  it('finds out which folders are synced by whom', async () => {
    const mac = new StandInMac([['maria', 501]]);
    const home = mac.home('maria');
    mac.sync('maria', 'Desktop', 'com.apple.CloudDocs.iCloudDriveFileProvider/0A1B');
    mac.sync('maria', 'Downloads', 'com.getdropbox.dropbox.fileprovider/personal');
    const backup = join(home, 'Library/CloudStorage/OneDrive-Contoso/Documents');
    mkdirSync(backup, { recursive: true });
    symlinkSync(backup, join(home, 'Documents'));
    const { accounts } = await read(mac);
    expect(accounts?.[0]?.folders).toEqual(
      new Map([
        ['Documents', 'onedrive'],
        ['Desktop', 'icloud'],
        ['Downloads', 'com.getdropbox.dropbox.fileprovider'],
      ]),
    );
  });

  it('does not take a folder that is plain, missing or a link elsewhere for a synced one', async () => {
    const mac = new StandInMac([['maria', 501]]);
    mkdirSync(join(mac.home('maria'), 'Documents'));
    symlinkSync('/tmp', join(mac.home('maria'), 'Downloads'));
    const { accounts, faults } = await read(mac);
    expect(accounts?.[0]?.folders).toEqual(new Map());
    expect(faults).toEqual([]);
  });

  it('does not know the groups of a user whom the directory lost, and knows those of the others', async () => {
    const mac = new StandInMac([
      ['ghost', 501],
      ['sam', 502],
    ]);
    const { accounts, faults } = await read(mac);
    expect(accounts?.map(({ groups }) => groups?.[0] ?? null)).toEqual([null, 'staff']);
    expect(faults).toEqual([]);
  });

  it('never passes a name on that would be an option', async () => {
    const mac = new StandInMac([['-maria', 501]]);
    const { accounts } = await read(mac, { id: program('environment') });
    expect(accounts).toMatchObject([{ name: '-maria', groups: null }]);
  });

  it('does not ask a directory again that gave no answer five times', async () => {
    const mac = new StandInMac(Array.from({ length: 30 }, (_, at) => [`user${at}`, 501 + at]));
    const { accounts, faults } = await read(mac, { id: program('hang') }, 100);
    expect(accounts).toHaveLength(30);
    expect(accounts?.every(({ groups }) => groups === null)).toBe(true);
    expect(faults).toMatchObject([{ code: 'command-slow', subject: program('hang') }]);
  });

  it.each([
    ['command-missing', '/nonexistent/dscl'],
    ['command-failed', program('fail')],
    ['command-failed', program('flood')],
    ['command-slow', program('hang')],
  ])('reports %s when the list of accounts comes from %s', async (code, dscl) => {
    const { accounts, faults, uuid } = await read(new StandInMac([]), { dscl }, 500);
    expect(accounts).toBeNull();
    expect(faults).toMatchObject([{ code, subject: dscl }]);
    expect(uuid).not.toBeNull();
  });

  it('leaves the accounts unknown, not empty, when it is stopped', async () => {
    const { accounts } = await macosAccounts(new StandInMac([]).commands).read(AbortSignal.abort());
    expect(accounts).toBeNull();
  });
});
