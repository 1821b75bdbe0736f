import { describe, expect, it } from 'vitest';
import { conventionalHome, placeOf } from '../../../agent/context/homes.ts';
import { pathKey } from '../../../agent/context/paths.ts';

const HOME = '/Users/maria';

describe('a place in a home', () => {
  it.each([
    ['Downloads/x.csv', true, false],
    ['Documents/Projects/2026/x.csv', true, false],
    ['DOWNLOADS/x.csv', true, false],
    ['Downloads/.hidden.csv', true, false],
    ['Downloads2/x.csv', false, false],
    ['Desktop/x.csv', false, false],
    ['Desktop/Downloads/x.csv', false, false],
    ['x.csv', false, false],
    ['.cache/x.csv', false, true],
    ['.psql_history', false, true],
    ['Projects/.cache/x.csv', false, false],
    ['Library/DBeaverData/workspace6/x.sql', false, true],
    ['library/Containers/com.sequel-ace.sequel-ace/Data/x.sql', false, true],
    ['Library/CloudStorage/Dropbox/x.csv', false, false],
    ['Library/Mobile Documents/com~apple~CloudDocs/x.csv', false, false],
    ['Library/CloudStorageCache/x.csv', false, true],
    ['Library2/x.csv', false, false],
  ])('%s is watched: %s, application state: %s', (inside, isWatched, isApplicationState) => {
    expect(placeOf(pathKey(`${HOME}/${inside}`), HOME)).toEqual({
      home: HOME,
      isWatched,
      isApplicationState,
    });
  });

  it('is found in a home whose name is written in another Unicode form', () => {
    const home = '/Users/bjo\u0308rn';
    expect(placeOf(pathKey('/Users/bj\u00F6rn/Downloads/x.csv'), home).isWatched).toBe(true);
  });
});

describe('a place outside of every home', () => {
  it.each([
    ['/Library/Application Support/x.sql', true],
    ['/var/folders/zz/T/x.csv', true],
    ['/private/var/folders/zz/T/x.csv', true],
    ['/LibraryOfBabel/x.csv', false],
    ['/tmp/x.csv', false],
    ['/Users/Shared/Downloads/x.csv', false],
    ['/Volumes/USB/Downloads/x.csv', false],
  ])('%s is application state: %s, and never watched', (path, isApplicationState) => {
    expect(placeOf(pathKey(path), null)).toEqual({
      home: null,
      isWatched: false,
      isApplicationState,
    });
  });
});

describe('conventionalHome', () => {
  it.each([
    ['/Users/maria/Downloads/x.csv', '/Users/maria'],
    ['/users/Maria/x.csv', '/users/Maria'],
    ['/Users/bjo\u0308rn/x.csv', '/Users/bjo\u0308rn'],
    ['/System/Volumes/Data/Users/maria/Downloads/x.csv', '/Users/maria'],
    ['/Users//maria/x.csv', '/Users/maria'],
    ['/Users/sam/../maria/x.csv', '/Users/maria'],
    ['/Users/maria', null],
    ['/Users/Shared/x.csv', null],
    ['/Users/SharedStuff/x.csv', '/Users/SharedStuff'],
    ['/Volumes/Backup/Users/maria/x.csv', null],
    ['/private/var/root/x.csv', null],
  ])('of %s is %s', (path, home) => {
    expect(conventionalHome(path)).toBe(home);
  });
});
