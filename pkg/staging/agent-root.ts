/**
 * What the package of the agent puts on a Mac. Nothing that the agent writes is in it (database, log, configuration): the
 * installer would take its mode and owner back at every upgrade. The link in /usr/local/bin is made by postinstall, because
 * that folder is not there on a fresh Mac and belongs to others where it is.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PRODUCT } from '../product.ts';
import { type Entry, type FileEntry, inOrder } from './entry.ts';
import { infoPlist } from './info-plist.ts';
import { sourceFile } from './source-file.ts';

const HOME = `Library/Application Support/${PRODUCT.name}`;
const CONTENTS = `${HOME}/${PRODUCT.name}.app/Contents`;

/** /etc is a link on macOS, and the package is not to put a folder in its place. */
const LOG_ROTATION = `private/etc/newsyslog.d/${PRODUCT.identifier}.conf`;
const LAUNCH_DAEMON = `Library/LaunchDaemons/${PRODUCT.identifier}.plist`;

/** Files, and folders with all below them, that the package may install, and nothing else. */
export const ROOTS: readonly string[] = [HOME, LAUNCH_DAEMON, LOG_ROTATION];

export const BUNDLE = `${HOME}/${PRODUCT.name}.app`;
export const EXECUTABLE = `${CONTENTS}/MacOS/${PRODUCT.command}`;

/** A native module; `name` is what the executable looks for beside itself. */
export interface NativeModule {
  readonly name: string;
  readonly content: Buffer;
}

/** Where a native module is installed. */
export function nativePath(name: string): string {
  return `${CONTENTS}/MacOS/${name}`;
}

export interface RootSources {
  readonly version: string;
  readonly executable: Buffer;
  readonly natives: readonly NativeModule[];
  /** Licences, by the name of the file in the bundle. */
  readonly licenses: ReadonlyMap<string, Buffer>;
  /** Files that are no code, by their path in the project, where the executable looks for them in the bundle. */
  readonly resources: readonly { readonly path: string; readonly content: Buffer }[];
  readonly launchDaemon: Buffer;
  readonly logRotation: Buffer;
  readonly uninstall: Buffer;
}

/** The root in the order of archives. */
export function agentRoot(sources: RootSources): readonly Entry[] {
  const { version, executable, natives, licenses, resources } = sources;
  return inOrder([
    file(`${CONTENTS}/Info.plist`, Buffer.from(infoPlist(version))),
    // Whoever can start it has its Full Disk Access, so that is root alone.
    file(EXECUTABLE, executable, 0o700),
    ...natives.map(({ name, content }) => file(nativePath(name), content)),
    ...[...licenses].map(([name, content]) => file(`${CONTENTS}/Resources/${name}`, content)),
    ...resources.map(({ path, content }) => file(`${CONTENTS}/Resources/${path}`, content)),
    file(`${CONTENTS}/Resources/uninstall`, sources.uninstall, 0o755),
    file(LAUNCH_DAEMON, sources.launchDaemon),
    file(LOG_ROTATION, sources.logRotation),
  ]);
}

function file(path: string, content: Buffer, mode = 0o644): FileEntry {
  return { kind: 'file', path, mode, content };
}

const FOLDERS_OF_DATA = ['rules/macos', 'rules/catalogue', 'agent/commands/demo'] as const;
const DATA = /\.(?:yml|tsv|ndjson)$/;
/** `spillwatch service install` writes the job from there. */
const JOB = `launchd/${PRODUCT.identifier}.plist`;

/** Rules, catalogue, the capture of the demo and the job of launchd. Code stays out. */
export function resourceFiles(project: string): RootSources['resources'] {
  const paths = FOLDERS_OF_DATA.flatMap((folder) =>
    readdirSync(join(project, folder))
      .filter((name) => DATA.test(name))
      .toSorted()
      .map((name) => `${folder}/${name}`),
  );
  return [...paths, JOB].map((path) => ({ path, content: sourceFile(join(project, path)) }));
}
