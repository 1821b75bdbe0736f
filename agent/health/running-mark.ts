import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file that is there while the agent runs and that only a clean stop takes away: when it is there at the start, the last
 * run was killed or the machine lost power.
 */
export class RunningMark {
  readonly #file: string;

  constructor(stateFolder: string) {
    this.#file = join(stateFolder, 'running');
  }

  /** Sets the mark; gives when the last run was started if that run left its mark behind. */
  set(startedAt: string): string | null {
    const left = this.#left();
    writeFileSync(this.#file, startedAt, { mode: 0o600 });
    return left;
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  #left(): string | null {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch {
      return null;
    }
  }
}
