import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FolderIndex } from '../../../agent/context/folder-index.ts';
import { isWithin } from '../../../agent/context/paths.ts';

const key = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join('/')}`);

describe('the index of folders', () => {
  it('knows the files below every folder, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 30 }), key, (steps, asked) => {
        const index = new FolderIndex();
        const files = new Set<string>();
        for (const [file, isThere] of steps) {
          if (isThere && !files.has(file)) index.add(file);
          if (!isThere && files.has(file)) index.remove(file);
          if (isThere) files.add(file);
          else files.delete(file);
        }
        for (const folder of ['/', asked]) {
          const inside = [...files].filter((file) => file !== folder && isWithin(file, folder));
          expect([...index.within(folder)].toSorted()).toEqual(inside.toSorted());
          expect(index.count(folder)).toBe(inside.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('finds files of any depth, though not every folder above them is looked at', () => {
    const deep = ['/b', '/c', ''].map((more) => `/home${'/a'.repeat(3000)}${more}/x.csv`);
    const index = new FolderIndex();
    for (const file of deep) index.add(file);
    expect(index.count('/home')).toBe(3);
    expect([...index.within('/home')].toSorted().join() === deep.toSorted().join()).toBe(true);
    index.remove(deep[0] ?? '');
    expect([...index.within('/home')]).toHaveLength(2);
    for (const file of deep.slice(1)) index.remove(file);
    expect(index.size).toBe(0);
  });

  it('keeps nothing of folders that hold no file any more', () => {
    const index = new FolderIndex();
    index.add('/a/b/c.csv');
    index.add('/a/d.csv');
    index.remove('/a/b/c.csv');
    expect(index.size).toBe(2);
    index.remove('/a/d.csv');
    expect(index.size).toBe(0);
  });
});
