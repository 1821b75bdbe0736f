import { randomUUID } from 'node:crypto';
import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../knowledge.ts';

/**
 * Writes text to a file that its owner alone may read (0600) and gives the absolute path. What was there is replaced as a
 * whole, so a reader sees the old or the new text; a link, a folder or a device at that path is refused. Throws an
 * `InputError`.
 */
export function writePrivately(path: string, text: string): string {
  const place = resolve(path);
  const draft = join(dirname(place), `.${randomUUID()}.tmp`);
  try {
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink())
      throw new InputError(`${place}: is a link and is not followed; name another file`);
    if (stats && !stats.isFile())
      throw new InputError(`${place}: is not a file; name the file to write`);
    // `wx` takes no file or link that is there; the rename replaces a link that came meanwhile and never follows it.
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 });
    renameSync(draft, place);
    return place;
  } catch (cause) {
    rmSync(draft, { force: true });
    if (cause instanceof InputError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new InputError(`${place}: cannot be written (${reason}); check folder and space`, {
      cause,
    });
  }
}
