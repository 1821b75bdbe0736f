import type { Setting } from './config/layers.ts';
import type { LiveConfig } from './config/live-config.ts';
import { type ConfigReading, describeConfigProblem } from './config.ts';
import { readDestinations } from './deliver/destination.ts';

const DESTINATIONS = 'deliver';

/** What a look at the configuration brought. */
export interface ConfigLook {
  /** Lines about what cannot be used; they replace those that were known. */
  readonly problems: readonly string[];
  /** Keys that have another value than that with which the agent was started. */
  readonly changed: readonly string[];
}

/** The configuration that a run was started with, beside what its files say by now. */
export class RunningConfig {
  readonly #live: LiveConfig;
  readonly #mayRestart: () => boolean;
  readonly started: ConfigReading;
  #latest: ConfigReading;
  /** What is wrong with the destinations of the files. */
  #destinationProblems: readonly string[];
  /** Something was read that the daemon was not told of. */
  #isUntold = false;

  /** `mayRestart` is asked at every look; until it answers yes, other values wait. */
  constructor(live: LiveConfig, started: ConfigReading, mayRestart: () => boolean) {
    this.#live = live;
    this.started = started;
    this.#latest = started;
    this.#destinationProblems = readDestinations(started.config.deliver).problems;
    this.#mayRestart = mayRestart;
  }

  /** What the files said when they were last read; destinations that were all good stay while others have a fault. */
  get latest(): ConfigReading {
    return this.#latest;
  }

  /** Lines about what cannot be used, destinations included. */
  problems(): readonly string[] {
    return [...this.#latest.problems.map(describeConfigProblem), ...this.#destinationProblems];
  }

  /** `null` when there is nothing new. With `isBusy` other values wait, too. */
  async look(isBusy = false): Promise<ConfigLook | null> {
    const mayRestart = this.#mayRestart() && !isBusy;
    const reading = await this.#live.look();
    if (reading !== null) {
      this.#destinationProblems = readDestinations(reading.config.deliver).problems;
      const running = readDestinations(this.started.config.deliver);
      const isWorse =
        this.#destinationProblems.length > 0 &&
        running.problems.length === 0 &&
        running.destinations.length > 0;
      this.#latest = isWorse ? withDestinationsOf(this.started, reading) : reading;
      this.#isUntold = true;
    }
    if (!this.#isUntold) return null;
    const changed = changedKeys(this.started.settings, this.#latest.settings);
    // They are told of later, when a restart may be.
    this.#isUntold = changed.length > 0 && !mayRestart;
    return { problems: this.problems(), changed: mayRestart ? changed : [] };
  }
}

/**
 * A reading with the destinations of another. A slip in one of them would take it out of the list, and what is found meanwhile
 * would never be queued for it.
 */
function withDestinationsOf(
  { settings, config }: ConfigReading,
  reading: ConfigReading,
): ConfigReading {
  const kept = settings.get(DESTINATIONS);
  return {
    ...reading,
    config: { ...reading.config, deliver: config.deliver },
    settings: kept ? new Map([...reading.settings, [DESTINATIONS, kept]]) : reading.settings,
  };
}

/** Keys with another value; where it comes from does not matter to a run. */
function changedKeys(
  before: ReadonlyMap<string, Setting>,
  after: ReadonlyMap<string, Setting>,
): readonly string[] {
  return [...after.keys()].filter(
    (path) => JSON.stringify(before.get(path)?.value) !== JSON.stringify(after.get(path)?.value),
  );
}
