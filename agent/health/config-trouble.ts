import type { Health } from './health.ts';

/** What is wrong with the configuration, as troubles: one for each line, over when a later look does not bring it any more. */
export class ConfigTrouble {
  readonly #health: Health;
  #known: ReadonlySet<string> = new Set();

  constructor(health: Health) {
    this.#health = health;
  }

  /** These are all problems there are now, each one line. */
  are(problems: readonly string[]): void {
    const now = new Set(problems);
    for (const problem of this.#known)
      if (!now.has(problem)) this.#health.clear('configuration', 'configuration', problem);
    for (const problem of now)
      this.#health.raise('configuration', 'configuration', problem, problem);
    this.#known = now;
  }
}
