/**
 * The manifest of a package: what must be in it, as JSON beside it. It is made of the staged root, and `pkg/verify` holds a
 * package against it.
 */
import { createHash } from 'node:crypto';
import {
  asArray,
  asInteger,
  asObject,
  asText,
  asTexts,
  type JsonObject,
  own,
} from '../../collectors/untrusted.ts';
import type { AppleArchitecture } from '../product.ts';
import type { Entry, FileEntry } from './entry.ts';

const FORMAT = 1;

export interface ManifestEntry {
  /** Relative to the volume; for scripts the name. */
  readonly path: string;
  readonly kind: Entry['kind'];
  /** Permission bits. */
  readonly mode: number;
  /** Of a file, else `null`. */
  readonly size: number | null;
  readonly sha256: string | null;
  /** Of a link, else `null`. */
  readonly target: string | null;
}

export interface Manifest {
  readonly identifier: string;
  readonly version: string;
  readonly architecture: AppleArchitecture;
  readonly minimumSystem: string;
  /** Every executable must carry a Developer ID. */
  readonly isSigned: boolean;
  /** Files, and folders with all below them, that may be installed, and nothing else. */
  readonly roots: readonly string[];
  readonly payload: readonly ManifestEntry[];
  readonly scripts: readonly ManifestEntry[];
}

export function manifestEntry(entry: Entry): ManifestEntry {
  const content = entry.kind === 'file' ? entry.content : null;
  return {
    path: entry.path,
    kind: entry.kind,
    mode: entry.mode,
    size: content?.length ?? null,
    sha256: content === null ? null : createHash('sha256').update(content).digest('hex'),
    target: entry.kind === 'link' ? entry.target : null,
  };
}

export function manifestOf({
  payload,
  scripts,
  ...facts
}: Omit<Manifest, 'payload' | 'scripts'> & {
  readonly payload: readonly Entry[];
  readonly scripts: readonly FileEntry[];
}): Manifest {
  return { ...facts, payload: payload.map(manifestEntry), scripts: scripts.map(manifestEntry) };
}

/** As it is written: modes in octal, for people; an entry a line, for `diff`. */
export function manifestText({ payload, scripts, ...facts }: Manifest): string {
  const head = JSON.stringify({ format: FORMAT, ...facts }).slice(0, -1);
  return `${head},
"payload":[
${payload.map(entryText).join(',\n')}
],
"scripts":[
${scripts.map(entryText).join(',\n')}
]}
`;
}

function entryText({ mode, ...entry }: ManifestEntry): string {
  const known = Object.entries(entry).filter(([, value]) => value !== null);
  return JSON.stringify({ ...Object.fromEntries(known), mode: mode.toString(8).padStart(4, '0') });
}

/** Reads a manifest back. Throws with one line that says what is wrong. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error('is no JSON', { cause });
  }
  const object = asObject(value);
  if (object === null || own(object, 'format') !== FORMAT)
    throw new Error(`is no manifest of format ${FORMAT}`);
  return {
    identifier: textIn(object, 'identifier'),
    version: textIn(object, 'version'),
    architecture: architectureIn(object),
    minimumSystem: textIn(object, 'minimumSystem'),
    isSigned: own(object, 'isSigned') === true,
    roots: present(asTexts(own(object, 'roots')), 'roots'),
    payload: entriesIn(object, 'payload'),
    scripts: entriesIn(object, 'scripts'),
  };
}

function entriesIn(object: JsonObject, key: string): readonly ManifestEntry[] {
  return present(asArray(own(object, key)), key).map((value) => {
    const entry = present(asObject(value), key);
    const kind = textIn(entry, 'kind');
    if (kind !== 'file' && kind !== 'folder' && kind !== 'link')
      throw new Error(`${key}: kind is file, folder or link`);
    const mode = textIn(entry, 'mode');
    if (!/^[0-7]{4}$/.test(mode)) throw new Error(`${key}: mode is four octal digits`);
    return {
      path: textIn(entry, 'path'),
      kind,
      mode: Number.parseInt(mode, 8),
      size: asInteger(own(entry, 'size')),
      sha256: asText(own(entry, 'sha256')),
      target: asText(own(entry, 'target')),
    };
  });
}

function architectureIn(object: JsonObject): AppleArchitecture {
  const name = textIn(object, 'architecture');
  if (name !== 'arm64' && name !== 'x86_64')
    throw new Error('architecture is neither arm64 nor x86_64');
  return name;
}

function textIn(object: JsonObject, key: string): string {
  return present(asText(own(object, key)), key);
}

function present<T>(value: T | null, key: string): T {
  if (value === null) throw new Error(`${key}: is missing or of another kind`);
  return value;
}
