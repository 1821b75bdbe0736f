/**
 * The configuration of the running agent. Both files are looked at every few seconds, which costs a few system calls; what is
 * different is read when it was the same at two looks, so that no half-written file is. Preferences that are gone hold for
 * `GONE_MS` more: macOS takes the file away for a moment when it installs profiles.
 */
import { ConfigError, type ConfigReading, readLayers } from '../config.ts';
import { UnreadableDocument } from './document.ts';
import type { Layers, Setting } from './layers.ts';
import { type ConfigPlaces, readPlaces, stampOf } from './places.ts';

/** For how long what was managed holds when the file is gone. */
export const GONE_MS = 120_000;

export class LiveConfig {
  readonly #places: ConfigPlaces;
  readonly #now: () => number;
  #settings: ReadonlyMap<string, Setting> | null;
  /** Stamp of the files as they were last read. */
  #read = '';
  /** Stamp that differed at the last look. */
  #different: string | null = null;
  /** When managed preferences were first missed. */
  #goneMs: number | null = null;

  /** `kept` are the settings of the last run; `now` is a clock in milliseconds that nobody can set. */
  constructor(places: ConfigPlaces, kept: ReadonlyMap<string, Setting> | null, now: () => number) {
    this.#places = places;
    this.#settings = kept;
    this.#now = now;
  }

  /** Reads the files as they are. Throws a `ConfigError` for a named file that is no good. */
  async start(): Promise<ConfigReading> {
    // What is written from here on has another stamp, and is read at a later look.
    const stamp = await stampOf(this.#places);
    const layers = await readPlaces(this.#places);
    refuseUnreadable(this.#places, layers);
    return this.#settle(stamp, layers);
  }

  /** A new reading when there may be something new in it, else `null`. A named file that is no good by now is a problem of it. */
  async look(): Promise<ConfigReading | null> {
    const stamp = await stampOf(this.#places);
    const isBridgeOver = this.#goneMs !== null && this.#now() - this.#goneMs >= GONE_MS;
    if (stamp === this.#read && !isBridgeOver) {
      this.#different = null;
      return null;
    }
    if (stamp !== this.#read && stamp !== this.#different) {
      this.#different = stamp;
      return null;
    }
    return this.#settle(stamp, await readPlaces(this.#places));
  }

  #settle(stamp: string, layers: Layers): ConfigReading {
    const previous = this.#settings === null ? undefined : { settings: this.#settings };
    const reading = readLayers(this.#bridged(layers), previous);
    this.#read = stamp;
    this.#different = null;
    this.#settings = reading.settings;
    return reading;
  }

  /** The documents, with a bridge over managed preferences that are gone since a short time. */
  #bridged(layers: Layers): Layers {
    const wasManaged = [...(this.#settings?.values() ?? [])].some(
      ({ origin }) => origin === 'managed',
    );
    if (layers.managed !== undefined || !wasManaged) {
      this.#goneMs = null;
      return layers;
    }
    this.#goneMs ??= this.#now();
    if (this.#now() - this.#goneMs >= GONE_MS) {
      this.#goneMs = null;
      return layers;
    }
    const message = `${this.#places.managed}: is gone; what it said holds for ${GONE_MS / 60_000} minutes`;
    return { ...layers, managed: new UnreadableDocument(message) };
  }
}

/** Throws a `ConfigError` when a person named a file that is no good. */
export function refuseUnreadable({ isNamed }: ConfigPlaces, { file }: Layers): void {
  if (isNamed && file instanceof UnreadableDocument) throw new ConfigError(file.message);
}
