import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dropOutbox,
  exportOutbox,
  listOutbox,
  outboxStatus,
  retryOutbox,
} from '../../../agent/commands/outbox.ts';
import { openInFolder } from '../../../agent/store/database.ts';
import { Outbox } from '../../../agent/store/outbox.ts';

const HOSTILE = '\u001B[31m';

let state: string;
let out: string;
let err: string;
const output = {
  out: (text: string) => {
    out += text;
  },
  err: (text: string) => {
    err += text;
  },
};

/** Rows 1 to 4 for `siem`, 5 for `lake`; 2 and 3 were refused, 1 was delivered. */
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'spillwatch-outbox-'));
  out = '';
  err = '';
  const connection = openInFolder(state);
  const outbox = new Outbox(connection, { maxRows: 1000, maxMegabytes: 8, days: 30 });
  outbox.enqueue(() =>
    [1, 2, 3, 4, 5].map((number) => ({
      destination: number === 5 ? 'lake' : 'siem',
      uid: `uid-${number}`,
      series: `finding ${number}`,
      kind: 'finding' as const,
      severity: 'high' as const,
      timeUs: Date.UTC(2026, 9, 14) * 1000,
      body: `{"number":${number}}`,
    })),
  );
  const dead = [
    { id: 2, reason: `bad field ${HOSTILE}` },
    { id: 3, reason: 'too large' },
  ];
  outbox.settle('siem', { delivered: [1], dead, refused: [] }, Date.UTC(2026, 9, 15) * 1000);
  connection.close();
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

function waiting(): unknown {
  const connection = openInFolder(state);
  try {
    return connection.prepare('SELECT uid FROM outbox ORDER BY id').pluck().all();
  } finally {
    connection.close();
  }
}

function letters(): readonly unknown[] {
  out = '';
  listOutbox({ state, json: true }, output);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('outbox status', () => {
  it('has a line for each destination', async () => {
    expect(await outboxStatus({ state }, output)).toBe(0);
    const rows = out.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows[0]?.slice(0, 4)).toEqual(['DESTINATION', 'STATE', 'WAITING', 'BYTES']);
    expect(rows[1]?.slice(0, 3)).toEqual(['lake', 'not sending', '1']);
    expect(rows[2]).toEqual([
      'siem',
      'not sending',
      '1',
      '12',
      '0 s',
      '1',
      '0',
      '2',
      '2026-10-15T00:00:00.000000Z',
      '-',
    ]);
  });

  it('is one document as JSON', async () => {
    await outboxStatus({ state, json: true }, output);
    expect(JSON.parse(out)).toMatchObject({
      destinations: [
        { destination: 'lake', rows: 1 },
        { destination: 'siem', rows: 1, delivered: 1, dead: 2, discarded: 0 },
      ],
    });
  });

  it('of a folder without a database is refused in one line', async () => {
    expect(await outboxStatus({ state: join(state, 'none') }, output)).toBe(1);
    expect(err).toMatch(/^[^\n]*holds no database[^\n]*\n$/);
  });
});

describe('outbox list', () => {
  it('shows dead letters with their reasons, safe for a terminal', () => {
    expect(listOutbox({ state }, output)).toBe(0);
    expect(out).toContain('bad field');
    expect(out).toContain('too large');
    expect(out).not.toContain('\u001B');
  });

  it('shows what waits when asked for', () => {
    listOutbox({ state, waiting: true }, output);
    expect(out).toContain('uid-4');
    expect(out).toContain('uid-5');
    expect(out).not.toContain('uid-2');
  });

  it('keeps to one destination', () => {
    listOutbox({ state, waiting: true, destination: 'lake' }, output);
    expect(out).not.toContain('uid-4');
  });

  it('as JSON leaves the body to export', () => {
    expect(letters()).toEqual([
      {
        id: 1,
        destination: 'siem',
        uid: 'uid-2',
        kind: 'finding',
        severity: 'high',
        reason: `bad field ${HOSTILE}`,
        time: '2026-10-14T00:00:00.000000Z',
      },
      expect.objectContaining({ id: 2, uid: 'uid-3', reason: 'too large' }),
    ]);
  });

  it('says when there is nothing', () => {
    listOutbox({ state, destination: 'lake' }, output);
    expect(out).toBe('no dead letters\n');
  });
});

it('outbox export prints the bodies as they would be sent', () => {
  expect(exportOutbox({ state }, output)).toBe(0);
  expect(out).toBe('{"number":2}\n{"number":3}\n');
});

describe('outbox retry', () => {
  it('puts named letters back, behind what waits', () => {
    expect(retryOutbox([1], { state }, output)).toBe(0);
    expect(out).toBe('1 to be sent again\n');
    expect(waiting()).toEqual(['uid-4', 'uid-5', 'uid-2']);
    expect(letters()).toHaveLength(1);
  });

  it('puts all back', () => {
    retryOutbox([], { state, all: true }, output);
    expect(waiting()).toEqual(['uid-4', 'uid-5', 'uid-2', 'uid-3']);
    expect(letters()).toEqual([]);
  });

  it('says as JSON what it changed', () => {
    retryOutbox([1, 77], { state, json: true }, output);
    expect(JSON.parse(out)).toEqual({ changed: 1, missing: [77] });
  });

  it('wants to be told which', () => {
    expect(retryOutbox([], { state }, output)).toBe(64);
    expect(err).toContain('--all');
  });

  it('says which letter there is not, and deals with the others', () => {
    expect(retryOutbox([1, 77], { state }, output)).toBe(1);
    expect(err).toBe('77: there is no such letter\n');
    expect(waiting()).toContain('uid-2');
  });
});

describe('outbox drop', () => {
  it('gives dead letters up and counts them', async () => {
    expect(dropOutbox([], { state, all: true, destination: 'siem' }, output)).toBe(0);
    expect(letters()).toEqual([]);
    out = '';
    await outboxStatus({ state, json: true }, output);
    expect(JSON.parse(out)).toMatchObject({
      destinations: [{}, { destination: 'siem', dead: 0, discarded: 2, rows: 1 }],
    });
  });

  it('gives up what waits only when that is said', () => {
    dropOutbox([], { state, all: true, waiting: true, destination: 'siem' }, output);
    expect(waiting()).toEqual(['uid-5']);
    expect(letters()).toHaveLength(2);
  });
});
