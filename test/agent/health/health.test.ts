import { describe, expect, it } from 'vitest';
import { Health, type HealthEvent, MAX_ACTIVE, MAX_EVENTS } from '../../../agent/health/health.ts';

function healthOf(): { health: Health; told: HealthEvent[]; readonly tick: () => void } {
  let nowUs = 1000;
  const told: HealthEvent[] = [];
  const health = new Health(
    () => nowUs,
    (event) => told.push(event),
  );
  return {
    health,
    told,
    tick: () => {
      nowUs += 1;
    },
  };
}

describe('health', () => {
  it('tells of a trouble once, however often it is raised', () => {
    const { health, told, tick } = healthOf();
    health.raise('files', 'root-missing', 'is gone', '/Users/maria/Downloads');
    tick();
    health.raise('files', 'root-missing', 'is still gone', '/Users/maria/Downloads');
    const event = {
      timeUs: 1000,
      part: 'files',
      code: 'root-missing',
      state: 'raised',
      subject: '/Users/maria/Downloads',
      detail: 'is gone',
    };
    expect(told).toEqual([event]);
    expect(health.active()).toEqual([event]);
    expect(health.counts()).toEqual(new Map([['root-missing', 1]]));
  });

  it('tells of a trouble once, also when telling of it raises it again', () => {
    const told: HealthEvent[] = [];
    const health = new Health(
      () => 0,
      (event) => {
        told.push(event);
        // As a full disk does when what is said of it cannot be written either.
        health.raise('store', 'disk-full', 'no room');
      },
    );
    health.raise('store', 'disk-full', 'no room');
    expect(told).toHaveLength(1);
  });

  it('keeps secrets of what it is told to itself, and knows the trouble again all the same', () => {
    const told: HealthEvent[] = [];
    const health = new Health(
      () => 1,
      (event) => told.push(event),
      (text) => text.replaceAll('S3cret', '[REDACTED]'),
    );
    health.raise('files', 'root-missing', 'said S3cret', '/x/S3cret');
    health.remark('files', 'not-a-file', 'a S3cret', '/y/S3cret');
    health.remark('files', 'not-a-file', 'another S3cret', '/y/S3cret');
    health.note('store', 'state-lost', 'lost S3cret');
    const shown = [...health.active(), ...health.remarks(), ...health.events()];
    expect(JSON.stringify([told, shown])).not.toContain('S3cret');
    health.clear('files', 'root-missing', '/x/S3cret');
    expect(health.active()).toEqual([]);
    expect(told.at(-1)).toMatchObject({ state: 'cleared', detail: 'said [REDACTED]' });
  });

  it('keeps apart what has another part, code or subject', () => {
    const { health } = healthOf();
    health.raise('files', 'root-missing', '', '/a');
    health.raise('files', 'root-missing', '', '/b');
    health.raise('files', 'root-missing', '');
    health.raise('files', 'root-is-link', '', '/a');
    health.raise('network', 'root-missing', '', '/a');
    expect(health.active()).toHaveLength(5);
    health.clear('files', 'root-missing', '/a');
    expect(health.active().map(({ part, code, subject }) => [part, code, subject])).toEqual([
      ['files', 'root-missing', '/b'],
      ['files', 'root-missing', null],
      ['files', 'root-is-link', '/a'],
      ['network', 'root-missing', '/a'],
    ]);
  });

  it('tells once when a trouble is over, with what it was, and not of one that was none', () => {
    const { health, told, tick } = healthOf();
    health.clear('queue', 'queue-full');
    expect(told).toEqual([]);
    health.raise('queue', 'queue-full', 'too fast');
    tick();
    health.clear('queue', 'queue-full');
    health.clear('queue', 'queue-full');
    expect(told.map(({ state, detail, timeUs }) => [state, detail, timeUs])).toEqual([
      ['raised', 'too fast', 1000],
      ['cleared', 'too fast', 1001],
    ]);
    expect(health.active()).toEqual([]);
    // A trouble that comes again is told again.
    health.raise('queue', 'queue-full', 'again');
    expect(health.counts()).toEqual(new Map([['queue-full', 2]]));
  });

  it('notes what is over at once without making it a trouble', () => {
    const { health, told } = healthOf();
    health.note('network', 'untrusted-row', 'one', null);
    health.note('network', 'untrusted-row', 'one', null);
    expect(told.map(({ state }) => state)).toEqual(['noted', 'noted']);
    expect(health.active()).toEqual([]);
    expect(health.counts().get('untrusted-row')).toBe(2);
  });

  it('keeps a remark until it is over, tells of it once, and calls nothing wrong', () => {
    const { health, told, tick } = healthOf();
    health.remark('files', 'not-a-file', 'one pipe', '/a');
    tick();
    health.remark('files', 'not-a-file', 'two pipes', '/a');
    expect(health.active()).toEqual([]);
    // The newest words, since the first time.
    expect(health.remarks()).toMatchObject([{ timeUs: 1000, detail: 'two pipes', subject: '/a' }]);
    health.clear('files', 'not-a-file', '/a');
    expect(health.remarks()).toEqual([]);
    expect(told.map(({ state, detail }) => `${state} ${detail}`)).toEqual([
      'noted one pipe',
      'cleared two pipes',
    ]);
    expect(health.counts().get('not-a-file')).toBe(1);
  });

  it('says when a remark becomes a trouble, and when a trouble becomes a remark', () => {
    const { health, told } = healthOf();
    health.remark('files', 'not-a-file', 'a pipe in it', '/a');
    health.raise('files', 'not-a-file', 'is a pipe', '/a');
    expect(health.remarks()).toEqual([]);
    expect(health.active()).toMatchObject([{ detail: 'is a pipe' }]);
    health.remark('files', 'not-a-file', 'a pipe in it', '/a');
    expect(health.active()).toEqual([]);
    expect(health.remarks()).toMatchObject([{ detail: 'a pipe in it' }]);
    expect(told.map(({ state }) => state)).toEqual(['noted', 'raised', 'noted']);
  });

  it('clears all of a part that has ended, but not why it did, and nothing of others', () => {
    const { health, told } = healthOf();
    health.raise('files', 'root-is-link', 'a link', '/a');
    health.remark('files', 'not-a-file', 'a pipe', '/b');
    health.raise('files', 'command-failed', 'why');
    health.raise('network', 'command-slow', 'slow');
    health.clearPart('files', 'command-failed');
    expect(health.active().map(({ code }) => code)).toEqual(['command-failed', 'command-slow']);
    expect(health.remarks()).toEqual([]);
    expect(told.filter(({ state }) => state === 'cleared')).toHaveLength(2);
    health.clearPart('files');
    expect(health.active().map(({ code }) => code)).toEqual(['command-slow']);
  });

  it('lists troubles however many remarks there are', () => {
    const { health } = healthOf();
    for (let number = 0; number < MAX_ACTIVE + 3; number += 1)
      health.remark('files', 'not-a-file', '', `/${number}`);
    expect(health.remarks()).toHaveLength(MAX_ACTIVE);
    expect(health.unlisted).toBe(3);
    health.raise('canary', 'canary-missing', 'blind');
    expect(health.active()).toMatchObject([{ code: 'canary-missing' }]);
  });

  it(`holds at most ${MAX_ACTIVE} troubles, counts what is above, and lists again when there is room`, () => {
    const { health } = healthOf();
    for (let number = 0; number < MAX_ACTIVE + 3; number += 1)
      health.raise('files', 'root-missing', '', `/${number}`);
    expect(health.active()).toHaveLength(MAX_ACTIVE);
    expect(health.unlisted).toBe(3);
    health.clear('files', 'root-missing', '/0');
    health.raise('files', 'root-missing', '', '/later');
    expect(health.active().at(-1)?.subject).toBe('/later');
    expect(health.active()).toHaveLength(MAX_ACTIVE);
  });

  it(`remembers the last ${MAX_EVENTS} events and counts all`, () => {
    const { health } = healthOf();
    for (let number = 0; number < MAX_EVENTS + 5; number += 1)
      health.note('network', 'sampling-gap', String(number));
    expect(health.events()).toHaveLength(MAX_EVENTS);
    expect(health.events()[0]?.detail).toBe('5');
    expect(health.events().at(-1)?.detail).toBe(String(MAX_EVENTS + 4));
    expect(health.counts().get('sampling-gap')).toBe(MAX_EVENTS + 5);
  });
});
