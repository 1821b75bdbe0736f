import { describe, expect, it } from 'vitest';
import {
  providerOfStorage,
  readDirectoryList,
  readGroupNames,
  readHome,
  readPlatformUuid,
  readProductVersion,
  readProviderDomain,
  readUserId,
} from '../../../collectors/accounts/macos-output.ts';

describe('output of the programs of macOS', () => {
  it('is a list of names and values, whatever the names', () => {
    const list = readDirectoryList('maria    501\n__proto__\t502\nempty\n\nj s  /Users/j s  \n');
    expect([...list]).toEqual([
      ['maria', '501'],
      ['__proto__', '502'],
      ['j', 's  /Users/j s'],
    ]);
  });

  it.each([
    ['501', 501],
    ['-2', null],
    ['501x', null],
    ['', null],
    ['99999999999', null],
  ])('is the user id of %j', (text, uid) => {
    expect(readUserId(text)).toBe(uid);
  });

  it.each([
    ['/Users/maria', '/Users/maria'],
    ['/Users/maria smith', '/Users/maria smith'],
    ['/var/root /private/var/root', '/var/root'],
    ['/', null],
    ['99', null],
    ['', null],
  ])('is the home of %j', (text, home) => {
    expect(readHome(text)).toBe(home);
  });

  it('is no platform UUID when the key or the value is another', () => {
    expect(readPlatformUuid('"IOPlatformSerialNumber" = "X"')).toBeNull();
    expect(readPlatformUuid('"IOPlatformUUID" = "6F1C"')).toBeNull();
  });

  it.each([
    ['15.5\n', '15.5'],
    ['26.0.1', '26.0.1'],
    ['sw_vers: error', null],
    ['', null],
  ])('is the version of %j', (text, version) => {
    expect(readProductVersion(text)).toBe(version);
  });

  it('is the groups of a user, each once', () => {
    expect(readGroupNames('staff admin staff\n')).toEqual(['staff', 'admin']);
    expect(readGroupNames('\n')).toEqual([]);
  });

  it.each([
    ['com.apple.CloudDocs.iCloudDriveFileProvider/0A1B-2C\n', 'icloud'],
    ['com.apple.CloudDocs.iCloudDriveFileProviderManaged/x', 'icloud'],
    [
      'com.microsoft.OneDrive.FileProvider/OneDrive - Contoso',
      'com.microsoft.OneDrive.FileProvider',
    ],
    ['com.box.desktop.boxfileprovider', 'com.box.desktop.boxfileprovider'],
    ['\u001B[2Jno identifier', 'unknown'],
    [`${'x'.repeat(129)}/y`, 'unknown'],
    ['', 'unknown'],
  ])('is the provider of %j', (text, provider) => {
    expect(readProviderDomain(text)).toBe(provider);
  });

  it.each([
    ['OneDrive-Contoso', 'onedrive'],
    ['GoogleDrive-maria@example.org', 'googledrive'],
    ['Dropbox', 'dropbox'],
    ['Dropbox (Contoso)', 'dropbox'],
    ['Box-Box', 'box'],
    ['-x', 'unknown'],
  ])('is the provider of the storage folder %j', (name, provider) => {
    expect(providerOfStorage(name)).toBe(provider);
  });
});
