import { refuseUnreadable } from '../config/live-config.ts';
import { type ConfigPlaces, readPlaces } from '../config/places.ts';
import { type ConfigReading, readLayers } from '../config.ts';
import { INSTALLED } from './installed.ts';

/** Where the configuration lies: managed preferences, and the named file or else the installed one. */
export function configPlaces(path: string | undefined): ConfigPlaces {
  return {
    managed: INSTALLED.managed,
    file: path ?? INSTALLED.config,
    isNamed: path !== undefined,
  };
}

/** The configuration of the agent as it would start now: managed, named or installed file, defaults. Throws a `ConfigError`. */
export function agentConfig(path: string | undefined): Promise<ConfigReading> {
  return readingOf(configPlaces(path));
}

/** As `agentConfig`, of other places. */
export async function readingOf(places: ConfigPlaces): Promise<ConfigReading> {
  const layers = await readPlaces(places);
  refuseUnreadable(places, layers);
  return readLayers(layers);
}
