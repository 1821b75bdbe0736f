import { appendFileSync } from 'node:fs';
import { type Proc, type Program, Story, type User } from '../support/story.ts';

/** Keys of a message that hold a pid. */
const PID = /"(pid|ppid|original_ppid|group_id|session_id)":(\d+)/g;

/**
 * A story that is told while it happens: each step has the time of the moment and goes into the feed of the stand-in helper
 * at once. A process of the story can stand for a real one; then its lines carry the real pid.
 */
export class LiveStory {
  readonly #story = new Story({ start: new Date().toISOString() });
  readonly #feed: string;
  readonly #pids = new Map<number, number>();
  #told = 0;
  #shiftMs = 0;

  constructor(feed: string) {
    this.#feed = feed;
  }

  /** A process that was there before; nothing is told of it. */
  running(program: Program, user: User, pid?: number): Proc {
    const proc = this.#story.running(program, user);
    if (pid !== undefined) this.is(proc, pid);
    return proc;
  }

  /** This process of the story is really that one. */
  is({ pid }: Proc, real: number): void {
    this.#pids.set(pid, real);
  }

  /** A program is started; `pid` is the real one of it. */
  run(parent: Proc, program: Program, pid?: number): Proc {
    this.#now();
    const child = this.#story.fork(parent);
    if (pid !== undefined) this.is(child, pid);
    const proc = this.#story.exec(child, program);
    this.#tell();
    return proc;
  }

  /** Steps of processes that run, told at once. */
  tell(steps: (story: Story) => void): void {
    this.#now();
    steps(this.#story);
    this.#tell();
  }

  /** The clock of the machine is set, by so many milliseconds from what this process takes for the time. */
  setClock(shiftMs: number): void {
    this.#shiftMs = shiftMs;
    this.#story.setClock(new Date(Date.now() + shiftMs).toISOString());
  }

  #now(): void {
    const now = Date.now() + this.#shiftMs;
    // Steps follow each other a millisecond apart, also when the clock of this machine is slower than that.
    if (now * 1000 > this.#story.now) this.#story.setClock(new Date(now).toISOString());
  }

  #tell(): void {
    const lines = this.#story.lines().slice(this.#told);
    this.#told += lines.length;
    const text = lines.map((line) => `${line}\n`).join('');
    appendFileSync(
      this.#feed,
      text.replaceAll(PID, (_all, key: string, pid: string) => this.#real(key, Number(pid))),
    );
  }

  #real(key: string, pid: number): string {
    return `"${key}":${this.#pids.get(pid) ?? pid}`;
  }
}
