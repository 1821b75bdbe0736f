import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDetectionFinding } from '../../agent/deliver/formats/ocsf.ts';
import { toSummary } from '../../agent/deliver/formats/summary.ts';
import { sum } from '../../agent/health/ledger.ts';
import { openInMemory } from '../../agent/store/database.ts';
import { engineOn } from '../support/engine.ts';
import { replayed } from '../support/replay.ts';
import { MARIA, PROGRAMS, Story } from '../support/story.ts';
import { wholeStory } from '../support/whole-story.ts';

const WHOLE = wholeStory();
const DOWNLOADS = '/Users/maria/Downloads';

/** What goes out, as bytes, when the capture comes in chunks of that size. */
function output(text: string, chunkBytes: number): string {
  const connection = openInMemory();
  let out = '';
  const { engine, reader } = engineOn(connection, (finding) => {
    out += `${JSON.stringify(toSummary(finding))}\n`;
    out += `${JSON.stringify(toDetectionFinding(finding, { version: '1.0.0' }))}\n`;
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes)
    reader.push(bytes.subarray(at, at + chunkBytes));
  reader.end();
  engine.pipeline.end();
  connection.close();
  return out;
}

describe('the same capture', () => {
  it('twice gives the same bytes', () => {
    const first = output(WHOLE.text(), 65_536);
    expect(first.split('\n').length).toBeGreaterThan(20);
    expect(output(WHOLE.text(), 65_536)).toBe(first);
  });

  it.each([1, 7, 65_536, 1_000_000])('in chunks of %i bytes gives the same bytes', (chunkBytes) => {
    const name = '/Users/maria/Downloads/größe-\u{1F4BE}.csv';
    const story = wholeStory();
    const shell = story.shell();
    story.write(story.run(shell, PROGRAMS.psql), name);
    const text = `${story.text()}\n\r\n  \n${story.lines()[0]}`;
    expect(output(text, chunkBytes)).toBe(output(text, text.length * 4));
    expect(output(text, chunkBytes)).toContain(name);
  });
});

const BAD_LINES = [
  'junk',
  '{"source":"network"}',
  '{"source":"network","time":"yesterday"}',
  '{"source":"aliens","time":"2026-11-02T09:00:00Z"}',
  '{"source":"__proto__","time":"2026-11-02T09:00:00Z"}',
  '{"source":"files","time":"2026-11-02T09:00:01Z","event":"add"}',
  '{"source":"files","time":"2026-11-02T09:00:01Z","event":"eaten","path":"/x"}',
  '{"source":"notice","time":"2026-11-02T09:00:01Z"}',
  '{"source":"host","time":"2026-11-02T08:59:59Z","accounts":[{"uid":"x"},7]}',
  '{"source":"processes","time":"2026-11-02T09:00:01Z","processes":[{"pid":-1},null]}',
  '{"source":"resolver","time":"2026-11-02T09:00:01Z","answers":"none"}',
  '{"event":{"exec":{}},"time":"2026-11-02T09:00:00.000000000Z","process":{}}',
  '{"event":{},"time":"x"}',
  '{"event":7}',
  '{}',
  '[]',
  'null',
  '"text"',
  '{"a":'.repeat(500),
  '\u0000',
  '\uFEFF{}',
];

describe('nothing is unaccounted', () => {
  it('over every mix of good and bad lines: received = stored + skipped + dropped, per source', () => {
    const line = fc.oneof(
      fc.constantFrom(...WHOLE.lines()),
      fc.constantFrom(...BAD_LINES),
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')),
      fc
        .tuple(fc.constantFrom(...WHOLE.lines()), fc.double({ min: 0, max: 1, noNaN: true }))
        .map(([whole, part]) => whole.slice(0, Math.floor(whole.length * part))),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const { ledger } = replayed(lines.map((text) => `${text}\n`).join(''));
        for (const account of ledger.accounts().values())
          expect(account.received).toBe(
            account.stored + sum(account.skipped) + sum(account.dropped),
          );
        expect(ledger.total().received).toBe(lines.filter((text) => text.trim() !== '').length);
      }),
      { numRuns: 400 },
    );
  });

  it('in a whole day with each reason named', () => {
    const { ledger } = replayed([...WHOLE.lines(), 'junk', '[]', '{}', ''].join('\n'));
    expect(Object.fromEntries(ledger.total().dropped)).toEqual({
      'bad-json': 1,
      'not-an-object': 1,
      'unknown-record': 1,
    });
    expect(ledger.total().received).toBe(WHOLE.lines().length + 3);
  });

  it('when bytes are no text or a line has no end', () => {
    const connection = openInMemory();
    const { engine, ledger, reader } = engineOn(connection);
    reader.push(Buffer.from([0xff, 0xfe, 0x0a]));
    reader.push(Buffer.alloc(9 * 1024 * 1024, 'x'));
    reader.end();
    engine.pipeline.end();
    connection.close();
    expect(Object.fromEntries(ledger.total().dropped)).toEqual({
      'invalid-utf8': 1,
      'line-too-long': 1,
    });
    expect(ledger.total().received).toBe(2);
  });
});

/** What is emitted of an upload, with one more line in the middle of it. */
function uploadWith(bad: string | null): unknown {
  const story = new Story().host();
  const psql = story.run(story.shell(), PROGRAMS.psql);
  story.write(psql, `${DOWNLOADS}/x.csv`);
  if (bad !== null) story.raw(bad);
  story.wait(60).open(story.running(PROGRAMS.dropbox), `${DOWNLOADS}/x.csv`);
  return replayed(story).emissions;
}

describe('a bad line', () => {
  it('costs only itself, wherever it stands', () => {
    const expected = replayed(WHOLE.text()).emissions;
    const harmless = BAD_LINES.filter((line) => !line.includes('"host"'));
    for (const [offset, bad] of harmless.entries()) {
      const lines = WHOLE.lines().flatMap((line, at) =>
        at % 9 === offset % 9 ? [bad, line] : [line],
      );
      expect({ bad, emissions: replayed(lines.join('\n')).emissions }).toEqual({
        bad,
        emissions: expected,
      });
    }
  });

  it('dated in the far future costs only itself', () => {
    const answers = [{ name: 'a.example', address: '192.0.2.1' }];
    const bad = JSON.stringify({ source: 'resolver', time: '2099-01-01T00:00:00Z', answers });
    expect(uploadWith(bad)).toEqual(uploadWith(null));
  });

  it('that still shows its number is no missing number', () => {
    const story = new Story().host();
    const psql = story.run(story.shell(), PROGRAMS.psql);
    const before = story.lines().length;
    story.close(psql, `${DOWNLOADS}/other.txt`);
    story.close(psql, `${DOWNLOADS}/x.csv`);
    const broken = JSON.parse(story.lines()[before]!);
    broken.event.close.target.path = 7;
    const lines = story.lines().with(before, JSON.stringify(broken));
    const { ledger, last } = replayed(lines.join('\n'));
    expect(Object.fromEntries(ledger.total().dropped)).toEqual({ 'bad-shape': 1 });
    expect(last[0]?.coverage).toBe('complete');
  });
});

describe('one transaction', () => {
  const REFUSE_FINDING = `CREATE TRIGGER refuse BEFORE INSERT ON findings WHEN new.stage = 'export'
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`;

  it('holds an event, its chain, its files and its finding, or nothing of them', () => {
    const connection = openInMemory();
    connection.exec(REFUSE_FINDING);
    const emitted: string[] = [];
    const { engine, reader } = engineOn(connection, ({ stage }) => emitted.push(stage));
    const story = new Story().host();
    const psql = story.run(story.shell(), PROGRAMS.psql);
    story.close(psql, `${DOWNLOADS}/x.csv`);
    expect(() => {
      reader.push(Buffer.from(story.text()));
      engine.pipeline.end();
    }).toThrow('refused by the test');
    expect(emitted).toEqual(['tool']);
    expect(connection.prepare('SELECT stage FROM chains').pluck().all()).toEqual(['tool']);
    expect(connection.prepare('SELECT count(*) FROM paths').pluck().get()).toBe(0);
    expect(connection.prepare('SELECT count(*) FROM files').pluck().get()).toBe(0);
    expect(connection.prepare('SELECT kind FROM events').pluck().all()).toEqual(['process.exec']);
    expect(connection.prepare('SELECT stage FROM findings').pluck().all()).toEqual(['tool']);
    connection.close();
  });

  it('holds all that one record shows: of two tools in a process list neither is kept without the other', () => {
    const connection = openInMemory();
    connection.exec(`CREATE TRIGGER refuse BEFORE INSERT ON findings WHEN new.sequence = 2
      BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`);
    const emitted: string[] = [];
    const { engine, reader } = engineOn(connection, ({ tool }) => emitted.push(tool));
    const story = new Story().host();
    story.processes([story.running(PROGRAMS.psql), story.running(PROGRAMS.mysql)]);
    expect(() => {
      reader.push(Buffer.from(story.text()));
      engine.pipeline.end();
    }).toThrow('refused by the test');
    expect(emitted).toEqual([]);
    expect(connection.prepare('SELECT count(*) FROM chains').pluck().get()).toBe(0);
    connection.close();
  });

  it('is over before a finding goes out', () => {
    const connection = openInMemory();
    const stored = connection.prepare('SELECT count(*) FROM findings WHERE version_id = ?').pluck();
    const seen: unknown[] = [];
    const { engine, reader } = engineOn(connection, ({ versionId }) => {
      seen.push(stored.get(versionId));
      expect(connection.inTransaction).toBe(false);
    });
    reader.push(Buffer.from(WHOLE.text()));
    engine.pipeline.end();
    connection.close();
    expect(seen.length).toBeGreaterThan(8);
    expect(new Set(seen)).toEqual(new Set([1]));
  });

  it('numbers the emissions of a host from 1 without a hole', () => {
    const { findings } = replayed(WHOLE);
    expect(findings.map(({ sequence }) => sequence)).toEqual(findings.map((_, at) => at + 1));
  });
});

/** What is emitted of a story that begins then, without its times and ids. */
function exportAndUploadFrom(start: string): unknown {
  const story = new Story({ start }).host();
  const psql = story.run(story.shell(), PROGRAMS.psql);
  story.write(psql, `${DOWNLOADS}/x.csv`);
  story.wait(60).open(story.running(PROGRAMS.dropbox), `${DOWNLOADS}/x.csv`);
  return replayed(story).emissions.map(({ time: _time, finding: _finding, ...rest }) => rest);
}

describe('event time', () => {
  it('alone decides: the same story ten years later gives the same but for its times and ids', () => {
    expect(exportAndUploadFrom('2016-11-02T09:00:00Z')).toEqual(
      exportAndUploadFrom('2026-11-02T09:00:00Z'),
    );
  });

  it.each([
    ['in the middle of a capture', 3],
    ['at its very beginning', 0],
  ])('orders lines that arrive late, and a late line fills its hole, %s', (_, before) => {
    const story = new Story().host().noise(before);
    const psql = story.run(story.shell(), PROGRAMS.psql);
    story.write(psql, `${DOWNLOADS}/x.csv`).arriveEarlier(3);
    const { last } = replayed(story);
    expect(last).toEqual([expect.objectContaining({ stage: 'export', coverage: 'complete' })]);
  });

  it('goes on when the clock is set back, and no lineage is lost', () => {
    const story = new Story({ start: '2026-11-02T09:00:00Z' }).host();
    const psql = story.run(story.shell(), PROGRAMS.psql);
    story.write(psql, `${DOWNLOADS}/x.csv`);
    story.setClock('2026-11-02T08:55:00Z');
    story.open(story.running(PROGRAMS.dropbox), `${DOWNLOADS}/x.csv`);
    expect(replayed(story).last).toEqual([
      expect.objectContaining({
        stage: 'upload',
        evidence: 'opened-by-sync-client',
        coverage: 'complete',
      }),
    ]);
  });
});

describe('lineage through a rename', () => {
  it.each([
    ['case', `${DOWNLOADS}/Report.csv`, `${DOWNLOADS}/report.csv`],
    ['Unicode form', `${DOWNLOADS}/Größe.csv`, `${DOWNLOADS}/Größe.csv`.normalize('NFD')],
  ])('that only changes the %s of the name is kept', (_, source, target) => {
    const story = new Story().host();
    const psql = story.run(story.shell(), PROGRAMS.psql);
    story.write(psql, source).exit(psql);
    story.wait(10).rename(story.running(PROGRAMS.finder), source, target);
    story.wait(10).open(story.running(PROGRAMS.dropbox), target);
    expect(replayed(story).last).toEqual([
      expect.objectContaining({ stage: 'upload', link: 'lineage', severity: 'high' }),
    ]);
  });
});

describe('a policy that keeps silent', () => {
  it('emits nothing and still keeps the chain', () => {
    const connection = openInMemory();
    const emitted: unknown[] = [];
    const { engine, reader, store } = engineOn(connection, (finding) => emitted.push(finding));
    const story = new Story().host([{ ...MARIA, groups: ['staff', 'admin'] }]);
    story.write(story.run(story.shell(), PROGRAMS.psql), `${DOWNLOADS}/x.csv`);
    reader.push(Buffer.from(story.text()));
    engine.pipeline.end();
    expect(emitted).toEqual([]);
    expect(store.chains()).toEqual([
      expect.objectContaining({ role: 'admin', tool: 'psql', emissions: 0 }),
    ]);
    connection.close();
  });
});
