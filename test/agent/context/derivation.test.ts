import { beforeEach, describe, expect, it } from 'vitest';
import { derivationOf, namedInputs, passedOn } from '../../../agent/context/derivation.ts';
import type { Facts, Moment } from '../../../agent/context/facts.ts';
import { pathKey } from '../../../agent/context/paths.ts';
import type { NamedInput, ProcessNode } from '../../../agent/context/process-tree.ts';
import { programOf } from '../../../agent/context/program.ts';
import type { Process } from '../../../collectors/event.ts';
import { execOf, processOf } from '../../support/executions.ts';
import { replayed } from '../../support/replay.ts';

const AT: Moment = { timeUs: 10, clockUs: 10 };
const DOWNLOADS = '/Users/maria/Downloads';

let facts: Facts;
beforeEach(() => {
  facts = replayed('').engine.facts;
  for (const name of ['x.csv', 'y.csv', 'deep/a/z.csv'])
    facts.lineage.write(`${DOWNLOADS}/${name}`, 1, 'chain', 'lineage');
});

/** A program as the engine knows it after its exec in the downloads folder. */
function started(
  line: string | readonly string[],
  workingDirectory: string | null = DOWNLOADS,
  given: Partial<Process> = {},
): ProcessNode {
  const words = typeof line === 'string' ? line.split(' ') : line;
  const process = processOf({ executable: `/opt/bin/${words[0] ?? ''}`, ...given });
  const program = programOf(execOf([process.executable, ...words.slice(1)], { process }));
  const { node } = facts.tree.meet(process);
  node.program = program;
  node.workingDirectory = workingDirectory;
  node.inputs = namedInputs(facts, node, program, AT);
  return node;
}

function inputsOf(
  line: string | readonly string[],
  workingDirectory?: string | null,
): readonly string[] {
  return started(line, workingDirectory).inputs.map(({ key }) => key.slice(DOWNLOADS.length + 1));
}

function sourcesOf(node: ProcessNode, path: string): readonly string[] | null {
  const derivation = derivationOf(facts, node, path, AT);
  return derivation && derivation.sources.map(({ key }) => key.slice(DOWNLOADS.length + 1));
}

describe('the inputs of a file tool', () => {
  it.each<[string, readonly string[]]>([
    ['cp x.csv /Volumes/USB', ['x.csv']],
    [`cp -p ${DOWNLOADS}/X.CSV /Volumes/USB`, ['x.csv']],
    ['cp ./deep/../x.csv y.csv /Volumes/USB', ['x.csv', 'y.csv']],
    ['cp -R . /Volumes/USB', ['x.csv', 'y.csv', 'deep/a/z.csv']],
    ['cp -R deep /Volumes/USB', ['deep/a/z.csv']],
    ['ditto -c -k deep out.zip', ['deep/a/z.csv']],
    ['zip out.zip x.csv other.csv', ['x.csv']],
    ['zip -- out.zip x.csv', ['x.csv']],
    ['tar -czf out.tgz -C deep a', ['deep/a/z.csv']],
    ['tar -Cdeep/a -czf out.tgz z.csv', ['deep/a/z.csv']],
    ['tar --directory=deep/a -czf out.tgz z.csv', ['deep/a/z.csv']],
    ['bsdtar --cd deep/a -czf out.tgz z.csv', ['deep/a/z.csv']],
    ['dd if=x.csv of=copy.img', ['x.csv']],
    ['openssl enc -aes256 -in x.csv -out x.bin', ['x.csv']],
    ['gpg --output=x.gpg --encrypt x.csv', ['x.csv']],
    ['cat x.csv y.csv', ['x.csv', 'y.csv']],
    ['rsync -a --files=x.csv deep/ host:', ['x.csv', 'deep/a/z.csv']],
  ])('of %s', (line, inputs) => {
    expect([...inputsOf(line)].toSorted()).toEqual([...inputs].toSorted());
  });

  it.each([
    'cp other.csv /Volumes/USB',
    'cp x.csv.bak /Volumes/USB',
    'cp dee /Volumes/USB',
    'cp -x.csv /Volumes/USB',
    'psql x.csv',
    'python3 x.csv',
    'curl -T x.csv https://transfer.sh',
    'ls x.csv',
  ])('of %s are none', (line) => {
    expect(inputsOf(line)).toEqual([]);
  });

  it('without a working directory are those with an absolute name', () => {
    expect(inputsOf('cp x.csv /Volumes/USB', null)).toEqual([]);
    expect(inputsOf(`cp ${DOWNLOADS}/x.csv /Volumes/USB`, null)).toEqual(['x.csv']);
  });

  it('may have any characters in their names', () => {
    const name = 'Größe 1\n=a.csv';
    facts.lineage.write(`${DOWNLOADS}/${name}`, 1, 'chain', 'lineage');
    expect(inputsOf(['cp', name.normalize('NFD'), '/Volumes/USB'])).toEqual(['größe 1\n=a.csv']);
  });

  it('are no longer those whose lineage has ended', () => {
    const node = started('cp x.csv /Volumes/USB');
    const late: Moment = { timeUs: 0, clockUs: 1 + facts.windows.lineageUs + 1 };
    const program = programOf(execOf(['/opt/bin/cp', 'x.csv', '/Volumes/USB']));
    expect(namedInputs(facts, node, program, late)).toEqual([]);
  });

  it('are looked for among 512 arguments and kept up to 256', () => {
    const many = Array.from({ length: 600 }, (_, index) => `f${index}.csv`);
    for (const name of many) facts.lineage.write(`${DOWNLOADS}/${name}`, 1, 'chain', 'lineage');
    expect(inputsOf(['zip', 'out.zip', ...many])).toHaveLength(256);
    expect(inputsOf(['zip', ...many.map(() => '-q'), 'out.zip', 'x.csv'])).toEqual([]);
  });

  it.each<[string, Partial<NamedInput>]>([
    ['cp x.csv copy.csv', { isOnlySource: true, isInFolder: false }],
    ['cp -p -X x.csv copy.csv', { isOnlySource: true, isInFolder: false }],
    ['install -m 644 x.csv copy.csv', { isOnlySource: true, isInFolder: false }],
    ['cp x.csv other.csv /Volumes/USB', { isOnlySource: false, isInFolder: false }],
    ['cp -R deep copy', { isOnlySource: false, isInFolder: true }],
    ['dd if=x.csv of=copy.img', { isOnlySource: true, isInFolder: false }],
    ['dd if=x.csv of=copy.img bs=1m', { isOnlySource: true, isInFolder: false }],
  ])('of %s say whether the file stands alone', (line, expected) => {
    expect(started(line).inputs).toEqual([expect.objectContaining(expected)]);
  });
});

describe('what a file tool writes', () => {
  it.each<[string, string, readonly string[]]>([
    ['cp x.csv copy.csv', `${DOWNLOADS}/copy.csv`, ['x.csv']],
    ['cp x.csv y.csv /Volumes/USB', '/Volumes/USB/y.csv', ['y.csv']],
    ['cp -R deep /Volumes/USB', '/Volumes/USB/deep/a/z.csv', ['deep/a/z.csv']],
    ['rsync -a x.csv y.csv /Volumes/USB', '/Volumes/USB/.x.csv.Xy12Ab', ['x.csv']],
    ['cp x.csv y.csv /Volumes/USB', '/Volumes/USB/X.CSV', ['x.csv']],
    ['zip out.zip x.csv y.csv', `${DOWNLOADS}/out.zip`, ['x.csv', 'y.csv']],
    ['zip -r out.zip .', `${DOWNLOADS}/ziA1b2C3`, ['x.csv', 'y.csv', 'deep/a/z.csv']],
    ['gzip x.csv', `${DOWNLOADS}/x.csv.gz`, ['x.csv']],
    ['openssl enc -in x.csv -out a', `${DOWNLOADS}/a`, ['x.csv']],
    ['ditto -c -k x.csv out.zip', `${DOWNLOADS}/out.zip`, ['x.csv']],
    ['sort -o sorted.txt x.csv', `${DOWNLOADS}/sorted.txt`, ['x.csv']],
  ])('%s: %s', (line, path, sources) => {
    expect([...(sourcesOf(started(line), path) ?? [])].toSorted()).toEqual([...sources].toSorted());
  });

  it.each([
    ['cp x.csv other.csv /Volumes/USB', '/Volumes/USB/other.csv'],
    ['cp -R deep /Volumes/USB', '/Volumes/USB/deep/a/other.csv'],
    ['cp x.csv max.csv /Volumes/USB', '/Volumes/USB/max.csv'],
    ['cp x.csv copy.csv', `${DOWNLOADS}/x.csv`],
    ['zip out.zip other.csv', `${DOWNLOADS}/out.zip`],
    ['psql -f x.csv', `${DOWNLOADS}/copy.csv`],
  ])('%s: %s is made of nothing tracked', (line, path) => {
    expect(sourcesOf(started(line), path)).toBeNull();
  });

  it('is made of what an archiver or converter opened, and not of what a copier did', () => {
    const key = pathKey(`${DOWNLOADS}/x.csv`);
    for (const [name, expected] of [
      ['tar', ['x.csv']],
      ['sort', ['x.csv']],
      ['cp', null],
    ] as const) {
      const node = started(`${name} other`, DOWNLOADS, { pidversion: name.length + 10 });
      node.opened.set(key, 5);
      expect(sourcesOf(node, `${DOWNLOADS}/out`)).toEqual(expected);
    }
  });

  it.each([
    ['cp x.csv copy.csv', 'copier'],
    ['zip copy.csv x.csv', 'archiver'],
    ['sort x.csv -o copy.csv', 'converter'],
  ])('tells by which kind of program: %s, %s', (line, by) => {
    expect(derivationOf(facts, started(line), `${DOWNLOADS}/copy.csv`, AT)?.by).toBe(by);
  });

  it('is nothing tracked any more when the source was removed', () => {
    const node = started('cp x.csv copy.csv');
    facts.lineage.remove(`${DOWNLOADS}/x.csv`);
    expect(sourcesOf(node, `${DOWNLOADS}/copy.csv`)).toBeNull();
  });
});

describe('what a file tool passes on through its output', () => {
  it('is the data of the file it was told to read, with the places it had', () => {
    expect(passedOn(facts, started('gzip -c x.csv'), AT)).toEqual({
      chainId: 'chain',
      link: 'lineage',
      places: [{ path: `${DOWNLOADS}/x.csv`, clockUs: 1 }],
    });
  });

  it('is rather the data with lineage than that without', () => {
    facts.lineage.write(`${DOWNLOADS}/t.csv`, 1, 'other', 'temporal');
    expect(passedOn(facts, started('cat t.csv'), AT)).toMatchObject({
      chainId: 'other',
      link: 'temporal',
    });
    expect(passedOn(facts, started('cat t.csv x.csv'), AT)).toMatchObject({
      chainId: 'chain',
      link: 'lineage',
    });
  });

  it('is nothing without such a file', () => {
    expect(passedOn(facts, started('cat other.csv'), AT)).toBeNull();
    expect(passedOn(facts, started('psql -f x.csv'), AT)).toBeNull();
  });
});
