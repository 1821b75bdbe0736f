/** Oldest Node the agent runs on. It ships with its own; better-sqlite3 crashes the process on much older ones. */
export const MINIMUM_NODE = 26;

/** One line for a person when this Node is too old, else `null`. Must be asked before anything native is loaded. */
export function runtimeProblem(version: string): string | null {
  const major = Number(version.replace(/^v/, '').split('.')[0]);
  if (major >= MINIMUM_NODE) return null;
  return `spillwatch needs Node ${MINIMUM_NODE} or newer and this is ${version}; run "npm run setup" and then agent/launch.mjs, which uses the pinned one`;
}
