import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { INSTALLED } from '../../../agent/commands/installed.ts';
import { openInFolder } from '../../../agent/store/database.ts';
import { Outbox } from '../../../agent/store/outbox.ts';
import { type Connection, openSqlite } from '../../../agent/store/sqlite.ts';
import { PRODUCT } from '../../../pkg/product.ts';
import { EXECUTABLE } from '../../../pkg/staging/agent-root.ts';
import { replayOnto } from '../../support/engine.ts';
import { wholeStory } from '../../support/whole-story.ts';
import { adminText } from './admin-files.ts';

interface Table {
  readonly query: string;
  readonly path: string;
  readonly columns: readonly string[];
  readonly platform: string;
}

interface Query {
  readonly name: string;
  readonly query: string;
  readonly platform: string;
}

const OPTIONS: { readonly config: { readonly auto_table_construction: Record<string, Table> } } =
  parse(adminText('fleet/spillwatch.agent-options.yml'));
const TABLES = new Map(Object.entries(OPTIONS.config.auto_table_construction));
const OSQUERY: {
  readonly auto_table_construction: unknown;
  readonly schedule: Readonly<
    Record<string, { readonly query: string; readonly interval: number }>
  >;
} = JSON.parse(adminText('osquery/spillwatch.conf'));
const read = (name: string): readonly Query[] => parse(adminText(`fleet/spillwatch.${name}.yml`));
const POLICIES = read('policies');
const QUERIES = [...read('queries'), ...read('labels')];

let state: string;
let writer: Connection;

/** The agent has written its story, and has the database open. */
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'spillwatch-atc-'));
  writer = openInFolder(state);
  replayOnto(writer, wholeStory().lines());
  const outbox = new Outbox(writer, { maxRows: 1000, maxMegabytes: 8, days: 30 });
  outbox.enqueue(() =>
    [1, 2].map((number) => ({
      destination: 'siem',
      uid: `uid-${number}`,
      series: `finding ${number}`,
      kind: 'finding' as const,
      severity: 'high' as const,
      timeUs: Date.UTC(2026, 9, 14) * 1000,
      body: '{}',
    })),
  );
});
afterAll(() => {
  writer.close();
  rmSync(state, { recursive: true, force: true });
});

/** What osquery reads for a table: its query, on a connection that can only read. */
function rowsOf({ query }: Table): readonly Record<string, unknown>[] {
  const connection = openSqlite(join(state, 'spillwatch.db'), { readonly: true });
  try {
    return connection.prepare<[], Record<string, unknown>>(query).all();
  } finally {
    connection.close();
  }
}

/** osquery with those rows in its own tables. Every column of a constructed table is text (auto_constructed_tables.cpp). */
function osquery(own: Readonly<Record<string, readonly Record<string, unknown>[]>>): Connection {
  const connection = new Database(':memory:');
  connection.function('version_compare', (left: unknown, right: unknown) =>
    String(left).localeCompare(String(right), 'en', { numeric: true }),
  );
  const make = (name: string, columns: readonly string[], type: string): void => {
    connection.exec(
      `CREATE TABLE ${name} (${columns.map((column) => `"${column}" ${type}`).join(', ')})`,
    );
  };
  const fill = (
    name: string,
    columns: readonly string[],
    rows: readonly Record<string, unknown>[],
  ): void => {
    const insert = connection.prepare(
      `INSERT INTO ${name} VALUES (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows) insert.run(columns.map((column) => row[column]));
  };
  for (const [name, table] of TABLES) {
    make(name, [...table.columns, 'path'], 'TEXT');
    fill(
      name,
      [...table.columns, 'path'],
      rowsOf(table).map((row) => ({ ...row, path: table.path })),
    );
  }
  for (const [name, columns] of Object.entries(CORE)) {
    make(name, columns, '');
    fill(name, columns, own[name] ?? []);
  }
  return connection;
}

/** Columns of osquery's own tables that the queries may use (osquery.io/schema). */
const CORE: Readonly<Record<string, readonly string[]>> = {
  package_receipts: ['package_id', 'version'],
  processes: ['path', 'uid'],
  file: ['path', 'uid', 'gid', 'mode', 'type'],
};

const WELL = {
  package_receipts: [{ package_id: PRODUCT.identifier, version: '0.10.0' }],
  processes: [{ path: `/${EXECUTABLE}`, uid: 0 }],
  file: [
    { path: `/${EXECUTABLE}`, uid: 0, gid: 0, mode: '0700', type: 'regular' },
    { path: INSTALLED.jobFile, uid: 0, gid: 0, mode: '0644', type: 'regular' },
  ],
};

function failing(connection: Connection): readonly string[] {
  return POLICIES.filter(({ query }) => connection.prepare(query).all().length === 0).map(
    ({ name }) => name.replace('Spillwatch - ', ''),
  );
}

describe.each([...TABLES])('the table %s', (_, table) => {
  it('is of the database of the agent, on Macs', () => {
    expect(table).toMatchObject({ path: `${INSTALLED.state}/spillwatch.db`, platform: 'darwin' });
  });

  it('reads what the agent has written while the agent has the database open', () => {
    const rows = rowsOf(table);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(table.columns);
      expect(Object.values(row)).not.toContain(null);
    }
    // The implicit column of osquery.
    expect(table.columns).not.toContain('path');
  });

  it('asks for nothing that osquery forbids, and for a bounded number of rows', () => {
    expect(table.query).not.toMatch(/pragma|attach/i);
    expect(table.query).toMatch(/LIMIT 1000$/);
  });
});

describe('the table spillwatch_findings', () => {
  it('has the latest version of each finding, and names neither files nor destinations', () => {
    const rows = rowsOf(TABLES.get('spillwatch_findings')!);
    const latest = writer
      .prepare(
        'SELECT finding_id, max(sequence) AS sequence FROM findings GROUP BY finding_id ORDER BY 2 DESC',
      )
      .all();
    expect(rows.map(({ finding_id, sequence }) => ({ finding_id, sequence }))).toEqual(latest);
    expect(JSON.stringify(rows)).not.toMatch(/\/Users\/|\.csv|https?:/);
  });

  it('can be read after the agent has closed the database, and by a reader that is older than a write', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillwatch-atc-'));
    const agent = openInFolder(folder);
    const reader = openSqlite(join(folder, 'spillwatch.db'), { readonly: true });
    const count = reader.prepare(TABLES.get('spillwatch_findings')!.query);
    expect(count.all()).toEqual([]);
    replayOnto(agent, wholeStory().lines());
    const { length } = count.all();
    expect(length).toBeGreaterThan(0);
    reader.close();
    agent.close();
    const later = openSqlite(join(folder, 'spillwatch.db'), { readonly: true });
    expect(later.prepare(TABLES.get('spillwatch_findings')!.query).all()).toHaveLength(length);
    later.close();
    rmSync(folder, { recursive: true });
  });
});

describe('policies', () => {
  it('pass on a Mac that is well', () => {
    expect(failing(osquery(WELL))).toEqual([]);
  });

  it.each<[string, Partial<typeof WELL>, readonly string[]]>([
    ['without the package', { package_receipts: [] }, ['installed']],
    ['with a receipt and no program', { file: WELL.file.slice(1) }, ['installed']],
    [
      'with an old version',
      { package_receipts: [{ package_id: PRODUCT.identifier, version: '0.0.9' }] },
      ['installed'],
    ],
    ['without a process', { processes: [] }, ['runs']],
    ['with a process of a user', { processes: [{ path: `/${EXECUTABLE}`, uid: 501 }] }, ['runs']],
    [
      'with a job file that others may change',
      { file: [WELL.file[0]!, { ...WELL.file[1]!, mode: '0666' }] },
      ["job of launchd is root's alone"],
    ],
    [
      'with a link for a job file',
      { file: [WELL.file[0]!, { ...WELL.file[1]!, type: 'symlink' }] },
      ["job of launchd is root's alone"],
    ],
  ])('%s fail', (_, change, names) => {
    expect(failing(osquery({ ...WELL, ...change }))).toEqual(names);
  });

  it('fail when a receiver refused something', () => {
    const connection = osquery(WELL);
    connection.exec("UPDATE spillwatch_destinations SET dead_letters = '10'");
    expect(failing(connection)).toEqual(['nothing was refused']);
  });
});

describe('queries and labels', () => {
  it.each(QUERIES.map(({ name, query }) => [name, query] as const))('%s runs', (_, query) => {
    expect(() => osquery(WELL).prepare(query).all()).not.toThrow();
  });

  it('the label holds for seven days after an upload', () => {
    const [label] = read('labels');
    const at = (daysAgo: number): number => {
      const connection = osquery(WELL);
      connection.exec(
        `UPDATE spillwatch_findings SET stage = 'upload', time = strftime('%s', 'now', '-${daysAgo} days')`,
      );
      return connection.prepare(label!.query).all().length;
    };
    expect(at(6)).toBeGreaterThan(0);
    expect(at(8)).toBe(0);
  });

  it.each([...POLICIES, ...QUERIES].map((query) => [query.name, query] as const))(
    '%s is for Macs and has what Fleet asks for',
    (_, query) => {
      expect(query).toMatchObject({ platform: 'darwin', description: expect.any(String) });
      expect(query.query.endsWith(';')).toBe(true);
    },
  );
});

describe('osquery without Fleet', () => {
  it('has the same tables', () => {
    expect(OSQUERY.auto_table_construction).toEqual(OPTIONS.config.auto_table_construction);
  });

  it('has a schedule that runs', () => {
    for (const { query, interval } of Object.values(OSQUERY.schedule)) {
      expect(interval).toBeGreaterThanOrEqual(3600);
      expect(osquery(WELL).prepare(query).all().length).toBeGreaterThan(0);
    }
  });
});
