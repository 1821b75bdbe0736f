import { existsSync } from 'node:fs';
import { type ConfigReading, readConfig, readConfigFile } from '../config.ts';
import { INSTALLED } from './installed.ts';

/** The configuration of the agent: the named file, else the installed one when it is there, else the defaults. */
export function agentConfig(path: string | undefined): ConfigReading {
  if (path !== undefined) return readConfigFile(path);
  return existsSync(INSTALLED.config) ? readConfigFile(INSTALLED.config) : readConfig({});
}
