import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFile } from '../staging/source-file.ts';

/** Writes `SHA256SUMS` of the files in a folder whose names begin so, for `sha256sum --check`. */
export function writeSums(folder: string, prefix: string): void {
  const lines = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /\.(?:pkg|json)$/.test(name))
    .toSorted()
    .map((name) => {
      const hash = createHash('sha256').update(sourceFile(join(folder, name)));
      return `${hash.digest('hex')}  ${name}\n`;
    });
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
}
