import type { ArchivedEntry } from '../archive.ts';
import type { BomEntry } from '../bom.ts';
import type { Fault } from '../fault.ts';
import { octal, placed } from './entries.ts';

/** Where the bill of materials and the payload differ: the installer copies what is in both, as the bill has it. */
export function bomFaults(
  where: string,
  bom: readonly BomEntry[],
  payload: readonly ArchivedEntry[],
): readonly Fault[] {
  const listed = new Map(bom.map((entry) => [entry.path, entry]));
  const packed = new Set(payload.map(({ path }) => path));
  const absent = bom
    .filter(({ path }) => !packed.has(path))
    .map(({ path }) => ({ where: placed(where, path), what: 'is not in the payload' }));
  const different = payload.flatMap((entry) => {
    const known = listed.get(entry.path);
    const faults = known === undefined ? ['is missing'] : differences(known, entry);
    return faults.map((what) => ({ where: placed(where, entry.path), what }));
  });
  return [...absent, ...different];
}

function differences(listed: BomEntry, packed: ArchivedEntry): readonly string[] {
  const faults: string[] = [];
  const differ = (what: string, bom: string | number, payload: string | number) => {
    if (bom !== payload) faults.push(`${what} is ${bom}, in the payload ${payload}`);
  };
  differ('kind', listed.kind, packed.kind);
  differ('mode', octal(listed.mode), octal(packed.mode));
  differ('owner', `${listed.uid}:${listed.gid}`, `${packed.uid}:${packed.gid}`);
  if (packed.kind === 'link') differ('target', listed.target ?? '', packed.target ?? '');
  if (packed.kind === 'file') {
    // The field has 32 bits.
    differ('size', listed.size, packed.size % 2 ** 32);
    differ('checksum', listed.cksum, packed.cksum);
  }
  return faults;
}
