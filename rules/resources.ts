import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';

/**
 * Folder of the files that come with the agent and are no code, each under the path that it has in the project: the project
 * itself, and `Contents/Resources` of the bundle beside `Contents/MacOS`, where the single executable is. Never the folder
 * that the command was called in.
 */
export const RESOURCES = isSea()
  ? join(dirname(process.execPath), '../Resources')
  : join(import.meta.dirname, '..');

/** They came with the single executable, and are not those of a checkout, where the code itself lies beside them. */
export const ARE_SHIPPED = isSea();

/** The built-in Sigma rules. */
export const RULES_FOLDER = join(RESOURCES, 'rules/macos');
export const CATALOGUE_FOLDER = join(RESOURCES, 'rules/catalogue');
