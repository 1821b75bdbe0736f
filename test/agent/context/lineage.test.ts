import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Lineage,
  MAX_TIES,
  MAX_TRAIL,
  type Tie,
  type TrackedFile,
} from '../../../agent/context/lineage.ts';

const LIMIT_US = 1000;

/** Files as they are, in one spelling: the form in which the model below compares. */
const FOLDERS = [
  '/users/maria/downloads',
  '/users/maria/downloads/bücher',
  '/users/maria/documents',
  '/private/tmp',
] as const;
const NAMES = ['größe.csv', 'c'] as const;
const FILES = FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`));

/** How people and programs write the same path. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.normalize('NFD'),
  (path) => path.replace('/users/maria/d', '/Users/Maria/D').replace('/größe', '/GRÖßE'),
  (path) => path.replace(/^\/private\/tmp(?=\/|$)/, '/tmp'),
  (path) => `/System/Volumes/Data${path}`,
  (path) => path.replace(/\/([^/]+)$/, '/./x/..//$1'),
];

function spelled(path: string, how: number): string {
  return SPELLINGS[how % SPELLINGS.length]!(path);
}

interface ModelFile {
  readonly path: string;
  readonly touchedUs: number;
  readonly ties: readonly Tie[];
}

/** What `Lineage` means, as a plain list that is searched from end to end. */
class Model {
  files: ModelFile[] = [];

  find(path: string, now: number): ModelFile | undefined {
    return this.files.find((file) => file.path === path && now - file.touchedUs <= LIMIT_US);
  }

  put(path: string, now: number, ties: readonly Tie[]): void {
    this.remove(path);
    this.files.push({ path, touchedUs: now, ties });
  }

  remove(path: string): void {
    this.files = this.files.filter((file) => file.path !== path);
  }

  write(path: string, now: number, chainId: string, link: Tie['link']): void {
    const ties = this.find(path, now)?.ties ?? [];
    const own = ties.find((tie) => tie.chainId === chainId);
    const others = ties
      .filter((tie) => tie.chainId !== chainId)
      .filter((tie) => !(tie.link === 'temporal' && link === 'lineage'));
    const tie = {
      chainId,
      link: own?.link === 'lineage' ? own.link : link,
      counts: own?.counts ?? false,
      writtenUs: now,
      trail: own?.trail ?? [{ path, clockUs: now }],
    };
    this.put(path, now, [...others, tie]);
  }

  transfer(source: string, target: string, now: number, how: 'rename' | 'link' | 'copy'): void {
    const live = this.files.filter((file) => now - file.touchedUs <= LIMIT_US);
    for (const file of live) {
      if (file.path !== source && !file.path.startsWith(`${source}/`)) continue;
      const to = target + file.path.slice(source.length);
      if (how === 'rename') this.remove(file.path);
      this.put(
        to,
        now,
        file.ties.map((tie) => ({
          ...onward(tie, to, now),
          writtenUs: how === 'copy' ? now : tie.writtenUs,
        })),
      );
    }
  }

  derive(sources: readonly string[], target: string, now: number): void {
    const found = sources
      .filter((source) => source !== target)
      .flatMap((source) => this.find(source, now)?.ties ?? []);
    if (found.length === 0) return;
    const known = this.find(target, now)?.ties ?? [];
    const chains = [...new Set(found.map((tie) => tie.chainId))];
    const ties = chains.map((chainId) => {
      const own = known.find((tie) => tie.chainId === chainId);
      if (own) return { ...own, writtenUs: now };
      const of = found.filter((tie) => tie.chainId === chainId);
      const proven = of.filter((tie) => tie.link === 'lineage');
      const among = proven.length > 0 ? proven : of;
      const best = among.find((tie) => tie.counts) ?? among[0]!;
      return { ...onward(best, target, now), writtenUs: now };
    });
    this.put(target, now, ties);
  }

  touch(path: string, now: number): void {
    const file = this.find(path, now);
    if (file)
      this.put(
        path,
        now,
        file.ties.map((tie) => ({ ...tie, writtenUs: now })),
      );
  }

  count(path: string, chainId: string): void {
    this.files = this.files.map((file) =>
      file.path === path
        ? {
            ...file,
            ties: file.ties.map((tie) =>
              tie.chainId === chainId ? { ...tie, counts: true } : tie,
            ),
          }
        : file,
    );
  }
}

function onward(tie: Tie, path: string, clockUs: number): Tie {
  return { ...tie, trail: [...tie.trail, { path, clockUs }] };
}

/** Ties without their order, their paths in the model's spelling. */
function plain(ties: readonly Tie[] | undefined): unknown {
  if (ties === undefined) return null;
  return ties
    .map((tie) => ({
      ...tie,
      trail: tie.trail.map((place) => ({
        ...place,
        path: place.path.normalize('NFC').toLowerCase(),
      })),
    }))
    .toSorted((a, b) => (a.chainId < b.chainId ? -1 : 1));
}

const file = fc.constantFrom(...FILES);
const how = fc.nat(SPELLINGS.length - 1);
const chain = fc.constantFrom('chain-1', 'chain-2', 'chain-3');
const operation = fc.record({
  kind: fc.constantFrom(
    'write',
    'write',
    'write',
    'rename',
    'copy',
    'link',
    'derive',
    'remove',
    'touch',
    'count',
    'folder',
  ),
  path: file,
  other: file,
  third: file,
  how,
  otherHow: how,
  folder: fc.constantFrom(...FOLDERS),
  folderName: fc.constantFrom('new', 'größe-alt'),
  isMove: fc.boolean(),
  chain,
  link: fc.constantFrom('lineage', 'temporal' as const),
  afterUs: fc.constantFrom(0, 0, 0, 1, 1, 1, 10, 10, 300, LIMIT_US, LIMIT_US + 1),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Does the same to both; what has a test of its own below is left out. */
function perform(lineage: Lineage, model: Model, op: Operation, now: number): void {
  const path = spelled(op.path, op.how);
  const other = spelled(op.other, op.otherHow);
  switch (op.kind) {
    case 'write':
      lineage.write(path, now, op.chain, op.link);
      return model.write(op.path, now, op.chain, op.link);
    case 'rename':
    case 'link':
    case 'copy': {
      if (op.path === op.other) return;
      if (op.kind === 'rename') lineage.move(path, other, now);
      else lineage[op.kind](path, other, now);
      return model.transfer(op.path, op.other, now, op.kind);
    }
    case 'derive': {
      const sources = [op.other, op.third];
      const hasTemporal = model.find(op.path, now)?.ties.some((tie) => tie.link === 'temporal');
      if (hasTemporal) return;
      lineage.derive(
        sources.flatMap((source) => lineage.find(spelled(source, op.otherHow), now) ?? []),
        path,
        now,
      );
      return model.derive(sources, op.path, now);
    }
    case 'remove':
      lineage.remove(path);
      return model.remove(op.path);
    case 'touch': {
      const found = lineage.find(path, now);
      if (found) lineage.touch(found, now);
      return model.touch(op.path, now);
    }
    case 'count': {
      const found = lineage.find(path, now);
      if (!found) return;
      lineage.count(found, op.chain);
      return model.count(op.path, op.chain);
    }
    case 'folder': {
      const target = `${op.folder}-${op.folderName}`;
      const [from, to] = op.isMove ? [op.folder, target] : [target, op.folder];
      if (op.link === 'lineage') lineage.move(spelled(from, op.how), spelled(to, op.otherHow), now);
      else lineage.copy(spelled(from, op.how), spelled(to, op.otherHow), now);
      return model.transfer(from, to, now, op.link === 'lineage' ? 'rename' : 'copy');
    }
  }
}

/** Every path that an operation can reach. */
const REACHABLE = [
  ...FILES,
  ...['new', 'größe-alt'].flatMap((name) =>
    FOLDERS.flatMap((folder) =>
      [...NAMES, ...NAMES.map((leaf) => `bücher/${leaf}`)].map(
        (leaf) => `${folder}-${name}/${leaf}`,
      ),
    ),
  ),
];

describe('lineage', () => {
  it('is what a plain list of files says, whatever happens to the files and however they are spelled', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), how, (operations, reading) => {
        const lineage = new Lineage(LIMIT_US);
        const model = new Model();
        const kept = new Map<string, TrackedFile>();
        let now = 10_000;
        for (const op of operations) {
          now += op.afterUs;
          perform(lineage, model, op, now);
          for (const change of lineage.takeChanges()) {
            if (change.file) kept.set(change.key, change.file);
            else kept.delete(change.key);
          }
        }
        const alive = model.files.filter((known) => now - known.touchedUs <= LIMIT_US);
        for (const path of REACHABLE) {
          const found = lineage.find(spelled(path, reading), now);
          expect(plain(found?.ties)).toEqual(plain(model.find(path, now)?.ties));
        }
        for (const folder of FOLDERS) {
          const inside = lineage.within(spelled(folder, reading), now).map(({ key }) => key);
          expect(inside.toSorted()).toEqual(
            alive
              .map(({ path }) => path)
              .filter((path) => path.startsWith(`${folder}/`))
              .toSorted(),
          );
        }
        // What was told to the store is what is known: the store may keep what has expired, but nothing else.
        const stored = [...kept.values()].filter((known) => now - known.touchedUs <= LIMIT_US);
        expect(stored.map(({ key }) => key).toSorted()).toEqual(
          alive.map(({ path }) => path).toSorted(),
        );
        for (const known of stored) expect(lineage.find(known.key, now)).toEqual(known);
      }),
      { numRuns: 10_000 },
    );
  }, 20_000);

  it.each([
    ['decomposed', '/Users/maria/Downloads/Größe.csv'.normalize('NFD')],
    ['in other case', '/users/MARIA/downloads/GRößE.csv'],
    ['with the data volume', '/System/Volumes/Data/Users/maria/Downloads/Größe.csv'],
    ['with dots', '/Users/maria/./Downloads/x/../Größe.csv'],
  ])('finds a file that is spelled %s', (_, spelling) => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/Users/maria/Downloads/Größe.csv', 1, 'chain', 'lineage');
    expect(lineage.find(spelling, 1)?.path).toBe('/Users/maria/Downloads/Größe.csv');
    expect(lineage.size).toBe(1);
  });

  it.each(['/tmp/x.csv', '/private/tmp/x.csv', '/TMP/x.csv', '/Private/Tmp/X.CSV', '/tmp//x.csv'])(
    'finds /tmp/x.csv as %s',
    (spelling) => {
      const lineage = new Lineage(LIMIT_US);
      lineage.write('/tmp/x.csv', 1, 'chain', 'lineage');
      expect(lineage.find(spelling, 1)?.path).toBe('/private/tmp/x.csv');
    },
  );

  it.each(['/private/tmp2/x.csv', '/Users/maria/tmp/x.csv', '/tmpx.csv', '/private/tmp/x.csv.bak'])(
    'does not take %s for /tmp/x.csv',
    (path) => {
      const lineage = new Lineage(LIMIT_US);
      lineage.write('/tmp/x.csv', 1, 'chain', 'lineage');
      expect(lineage.find(path, 1)).toBeNull();
    },
  );

  it('finds every file in the root of all folders', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/x.csv', 1, 'chain', 'lineage');
    lineage.write('/a/b/y.csv', 2, 'chain', 'lineage');
    for (const root of ['/', '//', '/.', '/a/..'])
      expect(lineage.at(root, 2).map(({ path }) => path)).toEqual(['/x.csv', '/a/b/y.csv']);
    lineage.remove('/a/b/y.csv');
    lineage.remove('/x.csv');
    expect(lineage.at('/', 2)).toEqual([]);
  });

  it('gives the files that were touched last, oldest first, when it may not give all', () => {
    const lineage = new Lineage(LIMIT_US);
    for (let at = 0; at < 100; at += 1) {
      lineage.write(`/a/few/${at % 3}`, at, 'chain', 'lineage');
      lineage.write(`/a/many/${at}`, at, 'chain', 'lineage');
    }
    const inFolder = (folder: string): readonly string[] =>
      lineage.within(folder, 100, 2).map(({ path }) => path);
    expect(inFolder('/a/few')).toEqual(['/a/few/2', '/a/few/0']);
    expect(inFolder('/a/many')).toEqual(['/a/many/98', '/a/many/99']);
  });

  it('takes no folder for another whose name begins alike', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/a/out-2/x.csv', 1, 'chain', 'lineage');
    expect(lineage.within('/a/out', 1)).toEqual([]);
    expect(lineage.move('/a/out', '/a/in', 2)).toEqual([]);
  });

  it('remembers a file for the limit and not longer', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/a/x.csv', 5, 'chain', 'lineage');
    expect(lineage.find('/a/x.csv', 5 + LIMIT_US)).not.toBeNull();
    expect(lineage.find('/a/x.csv', 6 + LIMIT_US)).toBeNull();
  });

  it.each([
    ['case', '/a/Report.csv', '/a/report.csv'],
    ['Unicode form', '/a/Größe.csv', '/a/Größe.csv'.normalize('NFD')],
  ])('survives a rename that only changes the %s of the name', (_, source, target) => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write(source, 1, 'chain', 'lineage');
    expect(lineage.move(source, target, 2)).toEqual([target]);
    expect(lineage.find(target, 2)?.ties).toHaveLength(1);
  });

  it('survives a rename that only changes the case of a folder', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/a/Reports/x.csv', 1, 'chain', 'lineage');
    lineage.move('/a/Reports', '/a/reports', 2);
    expect(lineage.find('/a/reports/x.csv', 2)?.ties).toHaveLength(1);
  });

  it('replaces a temporal tie when data with lineage is packed into the file', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/a/out.zip', 1, 'chain', 'temporal');
    lineage.write('/a/x.csv', 2, 'chain', 'lineage');
    lineage.derive([lineage.find('/a/x.csv', 3)!], '/a/out.zip', 3);
    expect(lineage.find('/a/out.zip', 3)?.ties.map((tie) => tie.link)).toEqual(['lineage']);
  });

  it('lets a file that counts go on counting when time alone tied it and lineage follows', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/a/x', 1, 'chain', 'temporal');
    lineage.count(lineage.find('/a/x', 1)!, 'chain');
    lineage.write('/a/x', 2, 'chain', 'lineage');
    expect(lineage.find('/a/x', 2)?.ties).toEqual([
      expect.objectContaining({ link: 'lineage', counts: true, writtenUs: 2 }),
    ]);
  });

  it('lets a file count for each of its chains', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/a/x', 1, 'chain-1', 'lineage');
    lineage.write('/a/x', 2, 'chain-2', 'lineage');
    const found = lineage.find('/a/x', 3)!;
    for (const tie of found.ties) lineage.count(found, tie.chainId);
    expect(lineage.find('/a/x', 3)?.ties.map((tie) => tie.counts)).toEqual([true, true]);
  });
});

describe('bounds of lineage', () => {
  it('forget the file untouched longest and count it', () => {
    const lineage = new Lineage(LIMIT_US, 3);
    for (const [at, name] of ['a', 'b', 'c'].entries())
      lineage.write(`/x/${name}`, at, 'chain', 'lineage');
    lineage.touch(lineage.find('/x/a', 3)!, 3);
    lineage.takeChanges();
    lineage.write('/x/d', 4, 'chain', 'lineage');
    expect(lineage.size).toBe(3);
    expect(lineage.evicted).toBe(1);
    expect(lineage.takeLosers()).toEqual(['chain']);
    expect(lineage.takeLosers()).toEqual([]);
    expect(lineage.find('/x/b', 4)).toBeNull();
    expect(lineage.find('/x/a', 4)).not.toBeNull();
    expect(lineage.takeChanges().map(({ key, file: known }) => [key, known === null])).toEqual([
      ['/x/d', false],
      ['/x/b', true],
    ]);
    expect(lineage.within('/x', 4)).toHaveLength(3);
  });

  it('keep the newest ties of a file', () => {
    const lineage = new Lineage(LIMIT_US);
    const count = MAX_TIES + 3;
    for (let chainNumber = 1; chainNumber <= count; chainNumber += 1)
      lineage.write('/x/a', chainNumber, `chain-${chainNumber}`, 'lineage');
    const ties = lineage.find('/x/a', count)!.ties;
    expect(ties).toHaveLength(MAX_TIES);
    expect(ties.at(-1)?.chainId).toBe(`chain-${count}`);
    expect(ties[0]?.chainId).toBe('chain-4');
  });

  it('keep the beginning and the end of a long trail', () => {
    const lineage = new Lineage(LIMIT_US);
    lineage.write('/x/0', 0, 'chain', 'lineage');
    const moves = 2 * MAX_TRAIL;
    for (let move = 1; move <= moves; move += 1) lineage.move(`/x/${move - 1}`, `/x/${move}`, move);
    const trail = lineage.find(`/x/${moves}`, moves)!.ties[0]!.trail.map(({ path }) => path);
    expect(trail).toHaveLength(MAX_TRAIL);
    expect(trail.slice(0, 2)).toEqual(['/x/0', '/x/1']);
    expect(trail.slice(-2)).toEqual([`/x/${moves - 1}`, `/x/${moves}`]);
  });

  it('hold for what an earlier run remembered', () => {
    const first = new Lineage(LIMIT_US);
    for (const name of ['a', 'b', 'c']) first.write(`/x/${name}`, 1, 'chain', 'lineage');
    const second = new Lineage(LIMIT_US, 2);
    second.resume(first.within('/x', 1));
    expect(second.within('/x', 1).map(({ path }) => path)).toEqual(['/x/b', '/x/c']);
    expect(second.evicted).toBe(1);
  });
});
