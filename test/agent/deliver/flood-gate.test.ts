import { describe, expect, it } from 'vitest';
import { ALLOWANCES, FloodGate } from '../../../agent/deliver/flood-gate.ts';
import type { Finding, Severity } from '../../../rules/finding.ts';
import { UPLOAD } from './formats/example-finding.ts';

const MINUTE_MS = 60_000;

class Clock {
  ms = 0;
  readonly gate = new FloodGate(() => this.ms);
  #sequence = 0;

  /** How many of a number of findings are let through. */
  admitted(number: number, severity: Severity, given: Partial<Finding> = {}): number {
    let admitted = 0;
    for (let index = 0; index < number; index += 1) {
      this.#sequence += 1;
      const finding = { ...UPLOAD, severity, sequence: this.#sequence, ...given };
      if (this.gate.admits(finding)) admitted += 1;
    }
    return admitted;
  }
}

describe('findings at a rate that people can read', () => {
  it('are let through one by one, and there is nothing to tell', () => {
    const clock = new Clock();
    for (let minute = 0; minute < 60; minute += 1) {
      clock.ms = minute * MINUTE_MS;
      expect(clock.admitted(20, 'medium')).toBe(20);
    }
    expect(clock.gate.take()).toBe(null);
  });
});

describe('a storm of 10,000 findings in a minute', () => {
  it('is let through up to the allowance, and summarised', () => {
    const clock = new Clock();
    expect(clock.admitted(10_000, 'low')).toBe(ALLOWANCES.low.burst);
    expect(clock.gate.take()).toEqual({
      fromUs: UPLOAD.lastUs,
      toUs: UPLOAD.lastUs,
      counts: { informational: 0, low: 9800, medium: 0, high: 0, critical: 0 },
      firstSequence: 201,
      lastSequence: 10_000,
      tools: [{ name: UPLOAD.tool, count: 9800 }],
      users: [{ name: UPLOAD.user, count: 9800 }],
    });
    expect(clock.gate.take()).toBe(null);
  });

  it('hides no finding of another severity', () => {
    const clock = new Clock();
    clock.admitted(10_000, 'low');
    expect(clock.admitted(1, 'medium')).toBe(1);
    expect(clock.admitted(1, 'high')).toBe(1);
    expect(clock.admitted(1, 'critical')).toBe(1);
  });

  it('is over when it is over: the allowance comes back by the minute', () => {
    const clock = new Clock();
    clock.admitted(10_000, 'low');
    clock.ms = 2 * MINUTE_MS;
    expect(clock.admitted(100, 'low')).toBe(2 * ALLOWANCES.low.perMinute);
    clock.ms = 24 * 60 * MINUTE_MS;
    expect(clock.admitted(10_000, 'low')).toBe(ALLOWANCES.low.burst);
  });

  it('names the most frequent tools and users, and no more than a few', () => {
    const clock = new Clock();
    clock.admitted(ALLOWANCES.high.burst, 'high');
    for (let user = 0; user < 1000; user += 1)
      clock.admitted(user < 3 ? 10 - user : 1, 'high', { user: `user ${user}` });
    const users = clock.gate.take()?.users ?? [];
    expect(users).toHaveLength(5);
    expect(users.slice(1, 4)).toEqual([
      { name: 'user 0', count: 10 },
      { name: 'user 1', count: 9 },
      { name: 'user 2', count: 8 },
    ]);
    // Nobody is counted by name without end.
    expect(users[0]).toEqual({ name: '(others)', count: 900 });
  });

  it('is not stretched by a clock that goes back', () => {
    const clock = new Clock();
    clock.ms = 10 * MINUTE_MS;
    clock.admitted(10_000, 'low');
    clock.ms = 0;
    expect(clock.admitted(10, 'low')).toBe(0);
  });
});
