/**
 * The settings in force, kept over restarts of the agent in its state folder: what is damaged or not there yet when the agent
 * starts (macOS writes managed preferences anew after a boot) then has its last good value, and not the default. It may hold
 * tokens, as the configuration does, and has the same mode as the database.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORIGINS } from './document.ts';
import { MAX_CONFIG_BYTES } from './document-file.ts';
import { KEYS } from './keys.ts';
import type { Setting } from './layers.ts';
import { isRecord } from './value-checks.ts';

const FILE = 'settings.json';

/** What was kept last, checked as a configuration is; `null` when there is nothing that can be used. */
export function loadKept(stateFolder: string): ReadonlyMap<string, Setting> | null {
  try {
    const bytes = readFileSync(join(stateFolder, FILE));
    if (bytes.length > MAX_CONFIG_BYTES) return null;
    const document: unknown = JSON.parse(bytes.toString('utf8'));
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
