import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toSummary } from '../../agent/deliver/formats/summary.ts';
import { saveSnapshot, snapshotSlices } from '../../agent/snapshot.ts';
import { openInFolder, openInMemory } from '../../agent/store/database.ts';
import type { Connection } from '../../agent/store/sqlite.ts';
import { asTimeUs } from '../../collectors/untrusted.ts';
import { type Finding, STAGES } from '../../rules/finding.ts';
import { engineOn, replayOnto } from '../support/engine.ts';
import { SECOND_US } from '../support/record.ts';
import { PROGRAMS, Story } from '../support/story.ts';
import { wholeStory } from '../support/whole-story.ts';

function inOneGo(lines: readonly string[]): readonly Finding[] {
  const connection = openInMemory();
  const findings = replayOnto(connection, lines);
  connection.close();
  return findings;
}

/** Lines 1 to `count`, then the rest by an engine that knows nothing but the database. */
function inHalves(lines: readonly string[], count: number): readonly Finding[] {
  const connection = openInMemory();
  const findings = [
    ...replayOnto(connection, lines.slice(0, count)),
    ...replayOnto(connection, lines.slice(count)),
  ];
  connection.close();
  return findings;
}

function timeOf(line: string | undefined): number {
  const { time } = JSON.parse(line ?? '{}');
  return asTimeUs(time) ?? Number.NaN;
}

describe('a replay that goes on where another one stopped', () => {
  it('has a story to go on with that reaches every stage in every way', () => {
    const findings = inOneGo(wholeStory().lines());
    const seen = (of: (finding: Finding) => unknown): Set<unknown> => new Set(findings.map(of));
    expect(seen(({ stage }) => stage)).toEqual(new Set(STAGES));
    expect(seen(({ coverage }) => coverage)).toEqual(new Set(['complete', 'gaps']));
    expect(seen(({ link }) => link)).toEqual(new Set([null, 'lineage', 'pipe']));
    expect(seen(({ evidence }) => evidence)).toEqual(
      new Set([
        null,
        'opened-by-browser',
        'piped-to-uploader',
        'landed-in-sync-folder',
        'flow-only',
      ]),
    );
    expect(Math.max(...findings.map(({ count }) => count))).toBe(2);
  });

  // At the end of a capture everything that is still held is judged, because nothing may follow. So the halves may differ
  // from the whole only where a line of the second half could still have been put before one of the first, or a record of
  // the folder watcher still waited for the stream: less than two seconds apart. Everywhere else not a byte may differ.
  it('finds the same as one replay, wherever two seconds pass between the halves', () => {
    const lines = wholeStory().lines();
    const expected = inOneGo(lines);
    const places = lines
      .map((_, index) => index)
      .slice(1)
      .filter((at) => timeOf(lines[at]) - timeOf(lines[at - 1]) >= 2 * SECOND_US);
    expect(places.length).toBeGreaterThanOrEqual(30);
    for (const count of places) {
      expect({ count, findings: inHalves(lines, count) }).toEqual({ count, findings: expected });
    }
  });

  it('finds the same after every single line when all lines come in order and nothing is watched twice', () => {
    const lines = wholeStory({ pauseSeconds: 0.2, isWatched: false }).lines();
    const expected = inOneGo(lines);
    for (let count = 1; count < lines.length; count += 1) {
      expect({ count, findings: inHalves(lines, count) }).toEqual({ count, findings: expected });
    }
  });

  it('finds the same when it stops inside a hole of the numbers, after a record of another source', () => {
    const story = new Story().host();
    const shell = story.shell();
    const psql = story.run(shell, PROGRAMS.psql);
    story.write(psql, '/Users/maria/Downloads/x.csv');
    story.wait(2.5).resolver('content.dropboxapi.com', '162.125.9.9');
    story.network([{ proc: shell, peer: '162.125.9.9' }]);
    const half = story.lines().length;
    story.wait(2.5).lose(3).noise(2);
    expect(inHalves(story.lines(), half)).toEqual(inOneGo(story.lines()));
  });

  it('finds the same when the clock was set back before it stopped', () => {
    const story = new Story({ start: '2026-11-02T09:00:00Z' }).host();
    story.run(story.shell(), PROGRAMS.psql);
    story.wait(5).setClock('2026-11-02T08:55:00Z').noise(2);
    const half = story.lines().length;
    story.wait(5).write(story.running(PROGRAMS.finder), '/Users/maria/Downloads/x.csv');
    const expected = inOneGo(story.lines());
    expect(expected.map(({ stage, link }) => [stage, link])).toEqual([
      ['tool', null],
      ['export', 'temporal'],
    ]);
    expect(inHalves(story.lines(), half)).toEqual(expected);
  });

  it('ties a file to a tool that is listed in the second half and began in the first', () => {
    const story = new Story().host();
    const app = story.running(PROGRAMS.dbeaver);
    story.watched('add', '/Users/maria/Downloads/x.csv').wait(5);
    const count = story.lines().length;
    story.processes([{ ...app, startUs: story.now - 20_000_000 }]);
    const findings = inHalves(story.lines(), count);
    expect(findings.at(-1)).toMatchObject({ stage: 'export', link: 'temporal' });
  });

  it('finds the same when the sensor begins anew between the halves and nobody says so', () => {
    const story = new Story().host();
    const psql = story.run(story.shell(), PROGRAMS.psql);
    const half = story.noise(20).lines().length;
    story.wait(5).restartSensor(false).write(psql, '/Users/maria/Downloads/x.csv');
    const expected = inOneGo(story.lines());
    expect(expected.map(({ stage, coverage }) => [stage, coverage])).toEqual([
      ['tool', 'complete'],
      ['export', 'gaps'],
    ]);
    expect(inHalves(story.lines(), half)).toEqual(expected);
  });

  it('finds the same when it stops after each pause, again and again', () => {
    const lines = wholeStory().lines();
    const connection = openInMemory();
    const findings: Finding[] = [];
    let part: string[] = [];
    for (const [at, line] of lines.entries()) {
      if (at > 0 && timeOf(line) - timeOf(lines[at - 1]) >= 2 * SECOND_US) {
        findings.push(...replayOnto(connection, part));
        part = [];
      }
      part.push(line);
    }
    findings.push(...replayOnto(connection, part));
    connection.close();
    expect(findings).toEqual(inOneGo(lines));
  });

  it('finds the same in a database on disk that was closed in between', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillwatch-halves-'));
    try {
      const lines = wholeStory().lines();
      const half = lines.findIndex(
        (_, at) =>
          at > lines.length / 2 && timeOf(lines[at]) - timeOf(lines[at - 1]) > 2 * SECOND_US,
      );
      const findings = [lines.slice(0, half), lines.slice(half)].flatMap((part) => {
        const connection = openInFolder(folder);
        const found = replayOnto(connection, part);
        connection.close();
        return found;
      });
      expect(findings).toEqual(inOneGo(lines));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('goes on after a first half in which nothing could be read', () => {
    const lines = wholeStory().lines();
    const connection = openInMemory();
    replayOnto(connection, ['junk', '{"source":"aliens","time":"2026-11-02T08:00:00Z"}']);
    expect(replayOnto(connection, lines).map(toSummary)).toEqual(inOneGo(lines).map(toSummary));
    connection.close();
  });
});

describe('a snapshot in slices', () => {
  it('never holds more than a hundred processes a slice, and keeps all of them', () => {
    const connection = openInMemory();
    const { facts, parts } = running(connection, crowd().lines());
    expect([...snapshotSlices(parts)].length).toBeGreaterThan(facts.tree.size / 100);
    expect(rowNames(connection)).toHaveLength(1 + Math.ceil(facts.tree.size / 100));
    expect(engineOn(connection).engine.facts.tree.size).toBe(facts.tree.size);
    connection.close();
  });

  it('leaves the one before in force when it is not finished', () => {
    const connection = openInMemory();
    const story = crowd();
    const { facts, read, parts } = running(connection, story.lines());
    saveSnapshot(parts);
    const before = facts.tree.size;
    const more = story.lines().length;
    story.run(story.shell(), PROGRAMS.psql);
    read(story.wait(5).noise(1).lines().slice(more));
    expect(facts.tree.size).toBeGreaterThan(before);
    const unfinished = snapshotSlices(parts);
    unfinished.next();
    unfinished.next();
    expect(engineOn(connection).engine.facts.tree.size).toBe(before);
    saveSnapshot(parts);
    expect(engineOn(connection).engine.facts.tree.size).toBe(facts.tree.size);
    connection.close();
  });

  it('has the processes that started while it was taken', () => {
    const connection = openInMemory();
    const story = crowd();
    const { facts, read, parts } = running(connection, story.lines());
    const slices = snapshotSlices(parts);
    slices.next();
    const more = story.lines().length;
    story.run(story.shell(), PROGRAMS.psql);
    read(story.wait(5).noise(1).lines().slice(more));
    while (slices.next().done === false);
    expect(engineOn(connection).engine.facts.tree.size).toBe(facts.tree.size);
    connection.close();
  });

  it('takes the place of the one before', () => {
    const connection = openInMemory();
    const { parts } = running(connection, crowd().lines());
    saveSnapshot(parts);
    const count = rowNames(connection).length;
    saveSnapshot(parts);
    saveSnapshot(parts);
    expect(rowNames(connection)).toHaveLength(count);
    connection.close();
  });
});

/** An engine that has read the lines, and the parts of its snapshot. */
function running(connection: Connection, lines: readonly string[]) {
  const { engine, store, reader } = engineOn(connection);
  const { facts, coverage, pipeline } = engine;
  const { timeline } = pipeline;
  const read = (more: readonly string[]): void => {
    reader.push(Buffer.from(more.map((line) => `${line}\n`).join('')));
  };
  read(lines);
  const connections = (): readonly string[] => reader.state();
  return { facts, read, parts: { store, facts, coverage, timeline, connections } };
}

/** As many processes as take several slices. */
function crowd(): Story {
  const story = new Story().host();
  const shell = story.shell();
  for (let count = 0; count < 450; count += 1) story.run(shell, PROGRAMS.psql);
  return story.wait(5).noise(1);
}

function rowNames(connection: Connection): readonly unknown[] {
  return connection.prepare('SELECT name FROM snapshots ORDER BY name').pluck().all();
}
