import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder, openInMemory } from '../../../agent/store/database.ts';
import { Findings, openFindings } from '../../../agent/store/findings.ts';
import { StateError } from '../../../agent/store/state-error.ts';
import type { Finding } from '../../../rules/finding.ts';
import { UPLOAD } from '../deliver/formats/example-finding.ts';
import { keepFindings } from './keep-findings.ts';

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const A2 = 'aaaaaaaa-1111-4000-8000-000000000002';
const B = 'bbbbbbbb-0000-4000-8000-000000000003';

function version(id: string, sequence: number, changes: Partial<Finding> = {}): Finding {
  return { ...UPLOAD, id, sequence, versionId: `version-${sequence}`, ...changes };
}

const EMITTED: readonly Finding[] = [
  version(A, 1, { stage: 'export', severity: 'medium' }),
  version(B, 2, { severity: 'low', user: 'tom' }),
  version(A, 3),
  version(A2, 4, { user: 'tom' }),
];

function filled(): Findings {
  const connection = openInMemory();
  keepFindings(connection, EMITTED);
  return new Findings(connection);
}

describe('Findings.latest', () => {
  it('gives the latest version of each finding, the one emitted last first', () => {
    expect(
      filled()
        .latest(10)
        .map(({ id, sequence }) => [id, sequence]),
    ).toEqual([
      [A2, 4],
      [A, 3],
      [B, 2],
    ]);
  });

  it('stops at its limit, which counts what was accepted', () => {
    const ids = filled()
      .latest(1, ({ user }) => user === 'maria')
      .map(({ id }) => id);
    expect(ids).toEqual([A]);
    expect(filled().latest(0)).toEqual([]);
  });

  it('asks about the latest version only', () => {
    expect(filled().latest(10, ({ stage }) => stage === 'export')).toEqual([]);
  });

  it('leaves the database free for the next question', () => {
    const findings = filled();
    findings.latest(1);
    expect(findings.latest(2)).toHaveLength(2);
  });
});

describe('Findings.versions', () => {
  it('gives every version of one finding as it was, oldest first', () => {
    expect(filled().versions(A)).toEqual([EMITTED[0], EMITTED[2]]);
    expect(filled().versions('aaaaaaaa')).toEqual([]);
  });
});

describe('Findings.find', () => {
  it('finds by the whole id and by a beginning that only one has, in any case', () => {
    for (const text of [A, 'aaaaaaaa-0', 'AAAAAAAA-0000', ` ${A} `])
      expect(filled().find(text)).toEqual({ kind: 'found', finding: EMITTED[2] });
    expect(filled().find('bbbbbb')).toMatchObject({ kind: 'found', finding: { id: B } });
  });

  it('names the findings that an ambiguous beginning may mean', () => {
    expect(filled().find('aaaaaa')).toEqual({ kind: 'ambiguous', ids: [A, A2] });
  });

  it('knows an id that is also the beginning of another', () => {
    const connection = openInMemory();
    keepFindings(connection, [version('aaaaaa', 1), version('aaaaaabb', 2)]);
    expect(new Findings(connection).find('aaaaaa')).toMatchObject({
      kind: 'found',
      finding: { id: 'aaaaaa' },
    });
  });

  it('refuses fewer than six characters and says none for what is not there', () => {
    expect(filled().find('aaaaa')).toEqual({ kind: 'too-short' });
    expect(filled().find('cccccc')).toEqual({ kind: 'none' });
  });

  it('takes signs of patterns and quotes as they are', () => {
    for (const text of ['%%%%%%', '______', "'; DROP", '******'])
      expect(filled().find(text)).toEqual({ kind: 'none' });
  });
});

describe('openFindings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillwatch-findings-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads while a writer has the database open, and cannot write', () => {
    const state = join(folder, 'state');
    const connection = openInFolder(state);
    keepFindings(connection, EMITTED.slice(0, 1));
    const findings = openFindings(state);
    keepFindings(connection, EMITTED.slice(1));
    expect(findings.latest(10)).toHaveLength(3);
    findings.close();
    connection.close();
  });

  it('refuses a folder that is missing, and makes none', () => {
    const state = join(folder, 'none');
    expect(() => openFindings(state)).toThrow(
      new StateError(
        `${state}: does not exist; name the folder that holds spillwatch.db with --state`,
      ),
    );
    expect(existsSync(state)).toBe(false);
  });

  it('refuses a folder of other things, and adds nothing to it', () => {
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    expect(() => openFindings(folder)).toThrow(/spillwatch\.db: does not exist/);
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  it.each([
    ['text', 'this is no database, only a file of that name with some text in it'.repeat(20)],
    ['nothing', ''],
  ])('refuses a database file that holds %s, in one line', (_, content) => {
    writeFileSync(join(folder, 'spillwatch.db'), content);
    expect(() => openFindings(folder)).toThrow(StateError);
    expect(() => openFindings(folder)).toThrow(
      /^[^\n]+: cannot be read as a Spillwatch database \([^\n]+\); [^\n]+$/,
    );
    expect(readdirSync(folder)).toEqual(['spillwatch.db']);
  });

  it('follows no link, neither to the folder nor to the database', () => {
    const state = join(folder, 'state');
    openInFolder(state).close();
    symlinkSync(state, join(folder, 'link'));
    expect(() => openFindings(join(folder, 'link'))).toThrow(/is not a folder/);
    const other = join(folder, 'other');
    mkdirSync(other);
    symlinkSync(join(state, 'spillwatch.db'), join(other, 'spillwatch.db'));
    expect(() => openFindings(other)).toThrow(/is not a file/);
  });

  it.skipIf(process.geteuid?.() !== 0)(
    'refuses a folder to root in which others could have put anything',
    () => {
      openInFolder(folder).close();
      openFindings(folder).close();
      chmodSync(folder, 0o777);
      expect(() => openFindings(folder)).toThrow(
        `${folder}: is not read by root, ${folder}: others can write it (mode 777); "chmod go-w" it`,
      );
    },
  );
});
