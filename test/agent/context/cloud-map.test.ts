import { beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../../../agent/context/accounts.ts';
import { CloudMap } from '../../../agent/context/cloud-map.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';

const catalogue = loadCatalogue();
const HOME = '/Users/maria';
const DAY_US = 24 * 3600 * 1_000_000;

const accounts = new Accounts({ users: new Map(), groups: new Map() });
accounts.replace({
  kind: 'host.seen',
  collector: 'host',
  timeUs: 0,
  hostname: 'mac-17',
  hostId: '6F1C0F5A',
  osVersion: '15.6.1',
  complete: true,
  accounts: [
    { uid: 501, name: 'maria', home: HOME, groups: ['staff'], folders: new Map() },
    { uid: 502, name: 'sam', home: '/Volumes/Homes/sam', groups: ['staff'], folders: new Map() },
  ],
});

/** A different address for each index. */
function addressAt(index: number): string {
  return `203.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}

let map: CloudMap;
beforeEach(() => {
  map = new CloudMap(catalogue, accounts);
});

describe('a folder of the home', () => {
  it.each([
    ['Library/CloudStorage/Dropbox', 'dropbox'],
    ['Library/CloudStorage/Dropbox-Personal', 'dropbox'],
    ['Dropbox', 'dropbox'],
    ['Dropbox (Acme Team)', 'dropbox'],
    ['Library/CloudStorage/OneDrive-Acme', 'onedrive'],
    ['OneDrive - Acme', 'onedrive'],
    ['Library/CloudStorage/GoogleDrive-maria@example.net', 'gdrive'],
    ['Google Drive', 'gdrive'],
    ['Library/CloudStorage/Box-Box', 'box'],
    ['Box', 'box'],
    ['Box Sync', 'box'],
    ['Library/Mobile Documents/com~apple~CloudDocs', 'icloud'],
    ['Library/Mobile Documents/iCloud~md~obsidian', 'icloud'],
    ['Library/CloudStorage/ProtonDrive-maria@example.net-folder', 'proton-drive'],
    ['Library/CloudStorage/Egnyte-acme', 'egnyte'],
    ['MEGA', 'mega'],
    ['pCloud Drive', 'pcloud'],
  ])('%s is of %s, and is shown as destination', (folder, service) => {
    const destination = `${HOME}/${folder}`;
    expect(map.syncFolder(`${destination}/x.csv`)).toEqual({ service, destination });
    expect(map.syncFolder(`${destination}/a/b/x.csv`)).toEqual({ service, destination });
    expect(map.syncFolder(destination)).toBeNull();
  });

  it.each(
    [...catalogue.services.values()].flatMap(({ id, folders }) =>
      folders.map((folder) => [folder, id] as const),
    ),
  )('%s of the catalogue is of %s', (pattern, service) => {
    const folder = pattern.replace('~', HOME).replaceAll('*', '');
    expect(
      map.syncFolder(
        `${folder === `${HOME}/Library/Mobile Documents/` ? `${folder}any` : folder}/x.csv`,
      )?.service,
    ).toBe(service);
  });

  it('of CloudStorage that nobody knows is a cloud without a name', () => {
    const destination = `${HOME}/Library/CloudStorage/AcmeDrive-maria`;
    expect(map.syncFolder(`${destination}/a/x.csv`)).toEqual({ service: null, destination });
    expect(map.syncFolder(`${HOME}/Library/CloudStorage/x.csv`)).toBeNull();
  });

  it('is shown as it was written, with the links of the system followed', () => {
    expect(map.syncFolder('/System/Volumes/Data/users/Maria/DROPBOX/X.csv')).toEqual({
      service: 'dropbox',
      destination: '/users/Maria/DROPBOX',
    });
  });

  it('is found in a home elsewhere, and in a home without a record', () => {
    expect(map.syncFolder('/Volumes/Homes/sam/Dropbox/x.csv')).toEqual({
      service: 'dropbox',
      destination: '/Volumes/Homes/sam/Dropbox',
    });
    expect(map.syncFolder('/Users/eva/Dropbox/x.csv')?.destination).toBe('/Users/eva/Dropbox');
    expect(map.syncFolder('/System/Volumes/Data/Users/eva/Dropbox/x.csv')?.destination).toBe(
      '/Users/eva/Dropbox',
    );
  });

  it.each([
    `${HOME}/Documents/Dropbox/x.csv`,
    `${HOME}/MyDropbox/x.csv`,
    `${HOME}/Downloads/x.csv`,
    `${HOME}/Library/Mobile Documents`,
    `${HOME}/Library/CloudStorage`,
    `${HOME}/Library/Application Support/Dropbox/x.csv`,
    `${HOME}/Boxes/x.csv`,
    `${HOME}/Dropbox/../Downloads/x.csv`,
    '/Dropbox/x.csv',
    '/Users/Shared/Dropbox/x.csv',
    '/Volumes/USB/Dropbox/x.csv',
  ])('%s is no cloud', (path) => {
    expect(map.syncFolder(path)).toBeNull();
  });
});

describe('an address with a name', () => {
  it.each([
    ['content.dropboxapi.com', 'content.dropboxapi.com', 'dropbox'],
    ['Content.DropboxAPI.com.', 'content.dropboxapi.com', 'dropbox'],
    ['acme.sharepoint.com', 'acme.sharepoint.com', 'onedrive'],
    ['bucket.s3.eu-central-1.amazonaws.com', 'bucket.s3.eu-central-1.amazonaws.com', 's3'],
  ])('%s leads to its service', (name, shown, service) => {
    map.learn(name, '203.0.113.7', 0);
    expect(map.peer('203.0.113.7', 0)).toEqual({ service, destination: shown, name: shown });
  });

  it.each(['example.net', 'notdropbox.com', 'dropbox.com.example.net', 'mydropboxapi.com'])(
    '%s leads to none',
    (name) => {
      map.learn(name, '203.0.113.7', 0);
      expect(map.peer('203.0.113.7', 0)).toBeNull();
    },
  );

  it.each([
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['2001:db8::7', '2001:0db8:0000:0000:0000:0000:0000:0007'],
    ['2001:db8::7', '2001:db8::7%en0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['203.0.113.7', '::ffff:cb00:7107'],
  ])('learned as %s is found as %s', (learned, asked) => {
    map.learn('dl.dropboxusercontent.com', learned, 0);
    expect(map.peer(asked, 0)?.service).toBe('dropbox');
    expect(map.peer('2001:db8::8', 0)).toBeNull();
  });

  it('is believed for a day, the limit included, and from a later answer on anew', () => {
    map.learn('dropbox.com', '203.0.113.7', 0);
    expect(map.peer('203.0.113.7', DAY_US)?.service).toBe('dropbox');
    expect(map.peer('203.0.113.7', DAY_US + 1)).toBeNull();
    map.learn('dropbox.com', '203.0.113.7', DAY_US);
    expect(map.peer('203.0.113.7', 2 * DAY_US)?.service).toBe('dropbox');
  });

  it('falls back to its range when the answer is too old', () => {
    map.learn('upload.box.com', '162.125.1.14', 0);
    expect(map.peer('162.125.1.14', 0)?.service).toBe('box');
    expect(map.peer('162.125.1.14', DAY_US + 1)).toEqual({
      service: 'dropbox',
      destination: '162.125.1.14',
      name: null,
    });
  });

  it('that has two goes by the newest', () => {
    map.learn('dropbox.com', '203.0.113.7', 1);
    map.learn('upload.box.com', '203.0.113.7', 2);
    expect(map.peer('203.0.113.7', 2)?.service).toBe('box');
    map.learn('dropbox.com', '203.0.113.7', 3);
    expect(map.peer('203.0.113.7', 3)).toMatchObject({ service: 'dropbox', name: 'dropbox.com' });
  });

  it('that has two goes by the one that names a service', () => {
    map.learn('dropbox.com', '203.0.113.7', 1);
    map.learn('edge-7.example.net', '203.0.113.7', 2);
    expect(map.peer('203.0.113.7', 2)?.name).toBe('dropbox.com');
  });

  it('keeps eight of them', () => {
    map.learn('dropbox.com', '203.0.113.7', 0);
    for (let index = 0; index < 7; index += 1) map.learn(`n${index}.example.net`, '203.0.113.7', 0);
    expect(map.peer('203.0.113.7', 0)?.service).toBe('dropbox');
    map.learn('n7.example.net', '203.0.113.7', 0);
    expect(map.peer('203.0.113.7', 0)).toBeNull();
  });

  it('is forgotten when 20,000 others were learned after it', () => {
    for (let index = 0; index < 20_000; index += 1) map.learn('dropbox.com', addressAt(index), 0);
    map.learn('dropbox.com', addressAt(0), 0);
    map.learn('dropbox.com', addressAt(20_000), 0);
    expect(map.peer(addressAt(0), 0)?.service).toBe('dropbox');
    expect(map.peer(addressAt(1), 0)).toBeNull();
    expect(map.state()).toHaveLength(20_000);
  });

  it.each(['', '*', 'dropbox.com', '203.0.113', '203.0.113.7.', '999.1.1.1', '2001:db8:::7'])(
    '%j is no address and leads nowhere',
    (address) => {
      map.learn('dropbox.com', address, 0);
      expect(map.state()).toEqual([]);
      expect(map.peer(address, 0)).toBeNull();
    },
  );

  it('is known in the next run', () => {
    map.learn('dropbox.com', '203.0.113.7', 5);
    const next = new CloudMap(catalogue, accounts);
    next.resume(structuredClone(map.state()));
    expect(next.peer('203.0.113.7', 5 + DAY_US)).toEqual(map.peer('203.0.113.7', 5));
    expect(next.peer('203.0.113.7', 6 + DAY_US)).toBeNull();
  });
});

describe('an address without a name', () => {
  it.each([
    ['162.125.1.14', 'dropbox'],
    ['::ffff:162.125.1.14', 'dropbox'],
    ['52.216.0.10', 's3'],
  ])('%s leads to the service of its range: %s', (address, service) => {
    expect(map.peer(address, 0)).toEqual({ service, destination: address, name: null });
  });

  it.each([
    ['17.1.2.3', 'of Apple'],
    ['142.250.74.110', 'of Google'],
    ['104.16.132.229', 'of a CDN'],
    ['2606:4700::6810:84e5', 'of a CDN'],
    ['10.0.0.5', 'of the private network'],
    ['127.0.0.1', 'of this Mac'],
    ['::1', 'of this Mac'],
    ['203.0.113.7', 'of nobody'],
  ])('%s %s names no service', (address) => {
    expect(map.peer(address, 0)).toBeNull();
  });
});

describe('the provider of an account record', () => {
  it.each([
    ['icloud', 'icloud'],
    ['OneDrive', 'onedrive'],
    ['com.apple.CloudDocs.iCloudDriveFileProvider/7A1C', 'icloud'],
    ['com.microsoft.OneDrive.FileProvider', 'onedrive'],
    ['COM.GETDROPBOX.DROPBOX.FILEPROVIDER', 'dropbox'],
    ['com.example.provider', null],
    ['', null],
    ['__proto__', null],
  ])('%j is %s', (provider, service) => {
    expect(map.serviceOfProvider(provider)).toBe(service);
  });
});

describe('the tier', () => {
  it.each([
    ['dropbox', 'storage'],
    ['transfer-sh', 'anonymous'],
    ['slack', 'messenger'],
    ['a-service-of-the-configuration', 'storage'],
    [null, null],
  ])('of %s is %s', (service, tier) => {
    expect(map.tierOf(service)).toBe(tier);
  });
});
