/** Where the documents of the configuration lie, and what stands in them now. */
import { lstatSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { distrust } from '../trust.ts';
import { UnreadableDocument } from './document.ts';
import { ConfigError, readConfigDocument } from './document-file.ts';
import type { Layers } from './layers.ts';
import { managedPreferences } from './managed-preferences.ts';

export interface ConfigPlaces {
  readonly managed: string;
  readonly file: string;
  /** A person named the file, so it must be there. */
  readonly isNamed: boolean;
}

/**
 * The documents as they are now. One that is no good is an `UnreadableDocument`, as is a named file that is not there; what
 * nobody named is left out then. Root uses none that others could have written.
 */
export async function readPlaces({ managed, file, isNamed }: ConfigPlaces): Promise<Layers> {
  const managedDocument = isThere(managed)
    ? await documentIn(managed, managedPreferences)
    : undefined;
  const fileDocument = isNamed || isThere(file) ? await documentIn(file) : undefined;
  return {
    ...(managedDocument !== undefined && { managed: managedDocument }),
    ...(fileDocument !== undefined && { file: fileDocument }),
  };
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Whoever reads it says what is wrong.
    return true;
  }
}

/** Root uses no document that others could have written. */
function isGuarded(): boolean {
  return process.geteuid?.() === 0;
}

async function documentIn(
  path: string,
  partOf: (document: unknown) => unknown = (document) => document,
): Promise<unknown> {
  try {
    return partOf(await readConfigDocument(path, isGuarded()));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return new UnreadableDocument(error.message);
  }
}

/** Changes when one of the files does, what it is a link to, or whether it may be used. */
export async function stampOf({ managed, file }: ConfigPlaces): Promise<string> {
  return (await Promise.all([managed, file].map(stampOfFile))).join(' ');
}

async function stampOfFile(path: string): Promise<string> {
  const stamps = await Promise.all([stampBy(lstat, path), stampBy(stat, path)]);
  return [...stamps, isGuarded() ? distrust(path) : null].join(' ');
}

async function stampBy(look: typeof stat, path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await look(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return 'none';
  }
}
