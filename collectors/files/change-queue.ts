import type { Clock, LiveOutput } from '../collector.ts';
import { timeText } from '../envelope.ts';
import { ChangeThrottle } from './change-throttle.ts';
import { unreadable } from './file-errors.ts';
import { placementOf } from './placement.ts';
import type { RootChange } from './watched-root.ts';

/** Changes that wait to be looked at; above it they are lost and reported as `watch-limit`. */
const MAX_WAITING = 20_000;

const CHANGE_PAUSE_MS = 1000;

interface Waiting extends RootChange {
  readonly timeUs: number;
}

/**
 * Turns changes of all roots into `files` records, one after the other and in their order. Each path is looked at
 * before it is believed: what lies outside its root or is no regular file is reported and not recorded. A file that is
 * gone by then gives no `add` and no `change`.
 */
export class ChangeQueue {
  readonly #output: Pick<LiveOutput, 'line'>;
  readonly #clock: Clock;
  readonly #throttle = new ChangeThrottle(CHANGE_PAUSE_MS);
  #waiting: Waiting[] = [];
  #at = 0;
  #draining: Promise<void> | null = null;

  constructor(output: Pick<LiveOutput, 'line'>, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  push(change: RootChange): void {
    this.#throttle.note(change.change, change.path, () => this.#add(change));
  }

  /** Forgets what waits. Resolves when nothing is looked at any more. */
  async close(): Promise<void> {
    this.#throttle.close();
    this.#waiting = [];
    this.#at = 0;
    await this.#draining;
  }

  #add(change: RootChange): void {
    if (this.#waiting.length - this.#at >= MAX_WAITING) {
      change.root.once('watch-limit', `over ${MAX_WAITING} changes at once: some are lost`);
      return;
    }
    this.#waiting.push({ ...change, timeUs: this.#clock() });
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
  }

  async #drain(): Promise<void> {
    for (let change = this.#take(); change !== null; change = this.#take()) {
      // oxlint-disable-next-line no-await-in-loop -- records keep the order of changes
      await this.#look(change);
    }
  }

  #take(): Waiting | null {
    const change = this.#waiting[this.#at];
    this.#at += 1;
    if (change === undefined || this.#at >= MAX_WAITING) {
      this.#waiting = this.#waiting.slice(this.#at);
      this.#at = 0;
    }
    return change ?? null;
  }

  async #look(waiting: Waiting): Promise<void> {
    const { root, realRoot, change, path, timeUs } = waiting;
    const placement = await placementOf(realRoot, path);
    const name = JSON.stringify(path);
    switch (placement.kind) {
      case 'redirected':
        root.once('path-redirected', `${name} leads out of the folder and is not recorded`);
        return;
      case 'unreadable':
        root.once('root-unreadable', `${name} ${unreadable(placement.code)}`);
        return;
      case 'not-a-file':
        if (change === 'unlink') break;
        root.once('not-a-file', `${name} is no regular file any more and is not recorded`);
        return;
      case 'gone':
        if (change === 'unlink') break;
        return;
      case 'file':
    }
    const stats =
      placement.kind === 'file' && change !== 'unlink'
        ? {
            size: placement.stats.size,
            ino: placement.stats.ino,
            uid: placement.stats.uid,
            mtimeMs: placement.stats.mtimeMs,
          }
        : undefined;
    const record = { source: 'files', time: timeText(timeUs), event: change, path, stats };
    this.#output.line(JSON.stringify(record));
  }
}
