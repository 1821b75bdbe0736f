/**
 * The settings in force, kept over restarts of the agent in its state folder: what is damaged or not there yet when the agent
 * starts (macOS writes managed preferences anew after a boot) then has its last good value, and not the default. It may hold
 * tokens, as the configuration does, and has the same mode as the database.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { distrust } from '../trust.ts';
import { ORIGINS } from './document.ts';
import { MAX_CONFIG_BYTES } from './document-file.ts';
import { KEYS } from './keys.ts';
import type { Setting } from './layers.ts';
import { isRecord } from './value-checks.ts';

const FILE = 'settings.json';

/** What was kept last, checked as a configuration is; `null` when there is nothing that can be used. */
export function loadKept(stateFolder: string): ReadonlyMap<string, Setting> | null {
  try {
    const document: unknown = JSON.parse(ownText(join(stateFolder, FILE)));
    if (!isRecord(document)) return null;
    const settings = KEYS.flatMap((key) => {
      const kept = document[key.path];
      if (!isRecord(kept) || key.faultIn(kept['value']) !== null) return [];
      const origin = ORIGINS.find((known) => known === kept['origin']);
      return origin === undefined ? [] : [{ key, value: kept['value'], origin }];
    });
    return new Map(settings.map((setting) => [setting.key.path, setting]));
  } catch {
    return null;
  }
}

/** The text of a file of the agent's own. Throws for a link, a pipe, and what somebody else could have put there. */
function ownText(path: string): string {
  const fault = distrust(path);
  if (fault !== null) throw new Error(fault);
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > MAX_CONFIG_BYTES)
      throw new Error(`${path}: is not kept settings`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Keeps them. On a full disk the last ones stay, which costs nothing until a document is damaged. */
export function keep(stateFolder: string, settings: ReadonlyMap<string, Setting>): void {
  const place = join(stateFolder, FILE);
  const draft = `${place}.new`;
  const document = Object.fromEntries(
    [...settings].map(([path, { value, origin }]) => [path, { value, origin }]),
  );
  try {
    rmSync(draft, { force: true });
    writeFileSync(draft, JSON.stringify(document), { flag: 'wx', mode: 0o600 });
    renameSync(draft, place);
  } catch {
    // See above.
  }
}
