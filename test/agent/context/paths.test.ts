import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseName,
  foldersAbove,
  isWithin,
  MAX_FOLDERS_ABOVE,
  pathKey,
  realPath,
  resolvePath,
} from '../../../agent/context/paths.ts';

describe('realPath', () => {
  it.each([
    ['/tmp/x.csv', '/private/tmp/x.csv'],
    ['/tmp', '/private/tmp'],
    ['/var/folders/a', '/private/var/folders/a'],
    ['/etc/hosts', '/private/etc/hosts'],
    ['/private/tmp/x.csv', '/private/tmp/x.csv'],
    ['/System/Volumes/Data/Users/maria/x.csv', '/Users/maria/x.csv'],
    ['/System/Volumes/Data/tmp/x.csv', '/private/tmp/x.csv'],
    ['/system/volumes/data/Users/maria', '/Users/maria'],
    ['/Users/maria/Downloads/', '/Users/maria/Downloads'],
    ['/Users//maria/./a/../x.csv', '/Users/maria/x.csv'],
    ['/Users/maria/..', '/Users'],
    ['/../../x.csv', '/x.csv'],
    ['//tmp//x.csv', '/private/tmp/x.csv'],
    ['/', '/'],
    ['/..', '/'],
  ])('puts %s to its place %s', (path, expected) => {
    expect(realPath(path)).toBe(expected);
  });

  it.each([
    '/tmpfiles/x.csv',
    '/Users/tmp/x.csv',
    '/variable',
    '/System/Volumes/Database/x.csv',
    '/System/Volumes/Data',
    '/Users/maria/.hidden/x..csv',
    '/Users/maria/Gehälter 2026\nJuni.csv',
    '/Users/MARIA/X.CSV',
  ])('leaves %j as it is', (path) => {
    expect(realPath(path)).toBe(path);
  });
});

describe('pathKey', () => {
  it.each([
    ['case', '/Users/maria/Downloads/Export.CSV', '/users/MARIA/downloads/export.csv'],
    ['Unicode form', '/Users/maria/Geha\u0308lter.csv', '/Users/maria/Geh\u00E4lter.csv'],
    ['the link /tmp', '/tmp/x.csv', '/private/tmp/x.csv'],
    ['the case of a link', '/TMP/x.csv', '/tmp/x.csv'],
    ['the data volume', '/System/Volumes/Data/Users/maria/x.csv', '/Users/maria/x.csv'],
    ['a closing slash', '/Users/maria/Downloads/', '/Users/maria/Downloads'],
  ])('is the same whatever %s is written', (_, one, other) => {
    expect(pathKey(one)).toBe(pathKey(other));
  });

  it.each([
    ['/Users/maria/a.csv', '/Users/maria/a.csv '],
    ['/Users/maria/a/b.csv', '/Users/maria/ab.csv'],
    ['/Users/maria/a\\b.csv', '/Users/maria/a/b.csv'],
    ['/Users/maria/%61.csv', '/Users/maria/a.csv'],
  ])('differs for the files %j and %j', (one, other) => {
    expect(pathKey(one)).not.toBe(pathKey(other));
  });

  const part = fc.constantFrom(
    '.',
    '..',
    '',
    'tmp',
    'var',
    'private',
    'Users',
    'Ä',
    'a\u0308',
    'x.csv',
    '...',
    '.x',
  );
  const path = fc.array(part, { maxLength: 8 }).map((parts) => `/${parts.join('/')}`);

  it('is its own key and always an absolute, folded path', () => {
    fc.assert(
      fc.property(path, (text) => {
        const key = pathKey(text);
        expect(pathKey(key)).toBe(key);
        expect(key).toMatch(/^\/(?:[^/]+(?:\/[^/]+)*)?$/);
        expect(key.split('/').filter((name) => name === '.' || name === '..')).toEqual([]);
      }),
    );
  });
});

describe('resolvePath', () => {
  it.each([
    ['x.csv', '/Users/maria', '/Users/maria/x.csv'],
    ['./x.csv', '/Users/maria/', '/Users/maria/x.csv'],
    ['../sam/x.csv', '/Users/maria', '/Users/sam/x.csv'],
    ['.', '/Users/maria', '/Users/maria'],
    ['/tmp/x.csv', null, '/private/tmp/x.csv'],
    ['x.csv', '/tmp', '/private/tmp/x.csv'],
    // The shell replaces a tilde before the program starts; one that is still there is a name.
    ['~/x.csv', '/Users/maria', '/Users/maria/~/x.csv'],
    ['x.csv', null, null],
    ['', '/Users/maria', null],
  ])('places %j in %s at %s', (written, workingDirectory, expected) => {
    expect(resolvePath(written, workingDirectory)).toBe(expected);
  });
});

describe('isWithin', () => {
  it.each([
    ['/users/maria/downloads/a/x.csv', '/users/maria/downloads', true],
    ['/users/maria/downloads', '/users/maria/downloads', true],
    ['/users/maria/downloads2/x.csv', '/users/maria/downloads', false],
    ['/users/maria', '/users/maria/downloads', false],
    ['/users', '/', true],
    ['/', '/', true],
  ])('says of %s in %s: %s', (key, folder, expected) => {
    expect(isWithin(key, folder)).toBe(expected);
  });
});

describe('foldersAbove', () => {
  it('goes from the nearest folder to the root', () => {
    expect([...foldersAbove('/a/b/c.csv')]).toEqual(['/a/b', '/a', '/']);
    expect([...foldersAbove('/a')]).toEqual(['/']);
    expect([...foldersAbove('/')]).toEqual([]);
  });

  it('leaves out the middle of a path with thousands of them', () => {
    const folders = [...foldersAbove(`/users/maria/downloads${'/a'.repeat(5000)}`)];
    expect(folders).toHaveLength(MAX_FOLDERS_ABOVE + 1);
    expect(folders[0]).toBe(`/users/maria/downloads${'/a'.repeat(4999)}`);
    expect(folders.slice(-4)).toEqual(['/users/maria/downloads', '/users/maria', '/users', '/']);
  });

  it('names all above the deepest path that programs can name', () => {
    expect([...foldersAbove('/a'.repeat(512))]).toHaveLength(512);
  });

  it('names the folders that the path is within, and no others', () => {
    for (const folder of foldersAbove('/users/maria/downloads/x.csv'))
      expect(isWithin('/users/maria/downloads/x.csv', folder)).toBe(true);
  });
});

describe('baseName', () => {
  it.each([
    ['/a/b.csv', 'b.csv'],
    ['b.csv', 'b.csv'],
    ['/a/', ''],
    ['', ''],
  ])('of %j is %j', (path, name) => {
    expect(baseName(path)).toBe(name);
  });
});
