import { encode, type Outgoing } from '../../../agent/deliver/formats/encode.ts';
import type { ItemKind } from '../../../agent/deliver/item.ts';
import type { Format } from '../../../agent/deliver/transport.ts';
import { SIMULATION_TOOL } from '../../../agent/simulation/simulated.ts';
import { UPLOAD } from '../../agent/deliver/formats/example-finding.ts';
import { EXAMPLES, SENDER } from '../../agent/deliver/formats/example-outgoing.ts';

const SIMULATED = { ...UPLOAD, tool: SIMULATION_TOOL, files: [], evidence: null };

const ALL: readonly Outgoing[] = [
  ...Object.values(EXAMPLES),
  { kind: 'finding', finding: SIMULATED },
];

/** What the agent sends, as a receiver reads it. */
export function encodedExamples(format: Format): readonly { kind: ItemKind; document: unknown }[] {
  return ALL.map((outgoing) => ({
    kind: outgoing.kind,
    document: JSON.parse(encode(outgoing, format, SENDER).body),
  }));
}

/** Bytes of the first example of a kind. */
export function bytesOf(kind: ItemKind, format: Format): number {
  const found = encodedExamples(format).find((example) => example.kind === kind);
  return Buffer.byteLength(JSON.stringify(found?.document));
}

/** Every path of members, joined by dots; the items of a list have the path of the list. */
export function pathsOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, path));
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, member]) =>
    pathsOf(member, path === '' ? key : `${path}.${key}`),
  );
  return path === '' ? inner : [path, ...inner];
}
