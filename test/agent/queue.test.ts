import { describe, expect, it } from 'vitest';
import { LineQueue, MAX_CHARACTERS, MAX_LINES, SLICE_MS } from '../../agent/queue.ts';

/** A clock that only moves when told, and turns that only run when asked for. */
class FakeTurns {
  ms = 0;
  readonly waiting: (() => void)[] = [];
  readonly now = (): number => this.ms;
  readonly next = (run: () => void): void => {
    this.waiting.push(run);
  };

  /** Runs the next turn. */
  turn(): void {
    this.waiting.shift()?.();
  }
}

function queueOf(costMs = 0): { queue: LineQueue; turns: FakeTurns; taken: string[] } {
  const turns = new FakeTurns();
  const taken: string[] = [];
  const queue = new LineQueue((line) => {
    taken.push(line);
    turns.ms += costMs;
  }, turns);
  return { queue, turns, taken };
}

describe('a queue of lines', () => {
  it('hands lines over in their order, in a later turn', () => {
    const { queue, turns, taken } = queueOf();
    for (const line of ['a', 'b', 'c']) expect(queue.push(line)).toBe(true);
    expect(taken).toEqual([]);
    expect(queue.size).toBe(3);
    expect(queue.characters).toBe(3);
    turns.turn();
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(queue.size).toBe(0);
    expect(queue.characters).toBe(0);
    expect(queue.peak).toBe(3);
  });

  it('asks for one turn at a time', () => {
    const { queue, turns } = queueOf();
    queue.push('a');
    queue.push('b');
    expect(turns.waiting).toHaveLength(1);
    turns.turn();
    expect(turns.waiting).toHaveLength(0);
    queue.push('c');
    expect(turns.waiting).toHaveLength(1);
  });

  it(`gives the readers their turn after ${SLICE_MS} ms`, () => {
    const { queue, turns, taken } = queueOf(3);
    for (let line = 0; line < 10; line += 1) queue.push(String(line));
    turns.turn();
    // The third line begins at 6 ms and ends at 9.
    expect(taken).toEqual(['0', '1', '2']);
    expect(turns.waiting).toHaveLength(1);
    queue.push('late');
    turns.turn();
    turns.turn();
    turns.turn();
    expect(taken).toEqual([...Array.from({ length: 10 }, (_line, at) => String(at)), 'late']);
    expect(turns.waiting).toHaveLength(0);
  });

  it('keeps the order over the blocks in which it lets go of lines', () => {
    const { queue, turns, taken } = queueOf(0.001);
    const lines = Array.from({ length: 10_000 }, (_line, at) => String(at));
    for (const line of lines) queue.push(line);
    while (turns.waiting.length > 0) turns.turn();
    expect(taken).toEqual(lines);
    expect(queue.characters).toBe(0);
  });

  it('takes no line above its number of lines, and takes again when there is room', () => {
    const { queue, turns, taken } = queueOf(1);
    for (let line = 0; line < MAX_LINES; line += 1) queue.push('x');
    expect(queue.push('y')).toBe(false);
    expect(queue.size).toBe(MAX_LINES);
    turns.turn();
    expect(taken).toHaveLength(SLICE_MS);
    expect(queue.push('y')).toBe(true);
    expect(queue.peak).toBe(MAX_LINES);
  });

  it('takes no line above its number of characters', () => {
    const { queue, turns } = queueOf();
    const large = 'x'.repeat(MAX_CHARACTERS / 4);
    for (let line = 0; line < 4; line += 1) expect(queue.push(large)).toBe(true);
    expect(queue.push('y')).toBe(false);
    expect(queue.characters).toBe(MAX_CHARACTERS);
    turns.turn();
    expect(queue.push('y')).toBe(true);
  });

  it('hands everything over at a clean stop, in one go', () => {
    const { queue, turns, taken } = queueOf(100);
    for (let line = 0; line < 50; line += 1) queue.push(String(line));
    expect(queue.drain(Infinity)).toBe(0);
    expect(taken).toHaveLength(50);
    // The turn that was asked for finds nothing more to do.
    turns.turn();
    expect(taken).toHaveLength(50);
    expect(turns.waiting).toHaveLength(0);
  });

  it('forgets at a clean stop what time does not allow, and says how much that was', () => {
    const { queue, turns, taken } = queueOf(100);
    for (let line = 0; line < 50; line += 1) queue.push(String(line));
    expect(queue.drain(turns.now() + 1000)).toBe(40);
    expect(taken).toHaveLength(10);
    expect(queue.size).toBe(0);
    expect(queue.characters).toBe(0);
    turns.turn();
    expect(taken).toHaveLength(10);
  });

  it('hands over lines that are pushed while one is judged', () => {
    const turns = new FakeTurns();
    const taken: string[] = [];
    const queue: LineQueue = new LineQueue((line) => {
      taken.push(line);
      if (line === 'a') queue.push('b');
    }, turns);
    queue.push('a');
    queue.drain(Infinity);
    expect(taken).toEqual(['a', 'b']);
  });
});
