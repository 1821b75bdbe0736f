import type { Dirent } from 'node:fs';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_FILE_CHARS } from './parse.ts';
import type { ProblemReason, RuleProblem } from './problem.ts';
import { quote } from './problem.ts';

/** Folders inside the rule folder, at most so deep. */
export const MAX_FOLDER_DEPTH = 8;
/** Rule files of one folder, with its subfolders. */
const MAX_FILES = 10_000;

/**
 * Returns the `*.yml` files under `directory` relative to it, sorted by name. What is passed over though it looks like a
 * rule is a problem; only an unreadable `directory` throws an `Error` with the system's error as its `cause`.
 */
export function listRuleFiles(directory: string, problems: RuleProblem[]): readonly string[] {
  const files: string[] = [];
  listFiles(directory, '', 1, files, problems);
  return files;
}

function listFiles(
  directory: string,
  folder: string,
  depth: number,
  files: string[],
  problems: RuleProblem[],
): void {
  for (const entry of listFolder(join(directory, folder), folder, problems)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isSymbolicLink())
      problems.push(refuse(path, 'unreadable', 'is a link; put the file itself here'));
    else if (entry.isDirectory() && depth >= MAX_FOLDER_DEPTH)
      problems.push(
        refuse(path, 'limit', `deeper than ${String(MAX_FOLDER_DEPTH)} folders; move it`),
      );
    else if (entry.isDirectory()) listFiles(directory, path, depth + 1, files, problems);
    else if (entry.name.endsWith('.yaml'))
      problems.push(refuse(path, 'unreadable', 'rule files end in .yml; rename it'));
    else if (entry.name.endsWith('.yml') && files.length >= MAX_FILES)
      problems.push(refuse(path, 'limit', `more than ${String(MAX_FILES)} files; remove some`));
    else if (entry.name.endsWith('.yml')) files.push(path);
  }
}

function listFolder(path: string, folder: string, problems: RuleProblem[]): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  } catch (cause) {
    if (folder === '')
      throw new Error(
        `the rule folder ${quote(path)} cannot be read (${codeOf(cause)}); check that it exists and may be read`,
        { cause },
      );
    problems.push(
      refuse(folder, 'unreadable', `cannot be read (${codeOf(cause)}); check its owner`),
    );
    return [];
  }
}

/** UTF-8 needs at most three bytes for one UTF-16 unit. */
const MAX_FILE_BYTES = MAX_FILE_CHARS * 3;

/** Returns the text of the file at `path`; `null`, with a problem under the name `file`, when it cannot be used. */
export function readRuleFile(path: string, file: string, problems: RuleProblem[]): string | null {
  let handle: number | null = null;
  try {
    // The entry may have become a link, or a pipe that never answers, since the folder was listed.
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const state = fstatSync(handle);
    if (!state.isFile())
      problems.push(refuse(file, 'unreadable', 'is no regular file; put a file here'));
    else if (state.size > MAX_FILE_BYTES)
      problems.push(refuse(file, 'limit', `larger than ${String(MAX_FILE_BYTES)} bytes; split it`));
    else return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(handle));
  } catch (cause) {
    problems.push(
      refuse(file, 'unreadable', `cannot be read (${codeOf(cause)}); check owner and UTF-8`),
    );
  } finally {
    if (handle !== null) closeSync(handle);
  }
  return null;
}

function refuse(file: string, reason: ProblemReason, message: string): RuleProblem {
  return { file, document: null, rule: null, place: '', reason, message };
}

function codeOf(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return String(cause);
}
