#!/usr/bin/env node
// Plain JavaScript, so that any Node can read it: hands over to the pinned runtime, or refuses in one line. Node before
// 22.18 cannot even parse main.ts, and better-sqlite3 crashes on it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MINIMUM_NODE = 26;
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= MINIMUM_NODE) {
  await import('./main.ts');
} else if (existsSync(pinned)) {
  const { status, signal } = spawnSync(pinned, [main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = signal === null ? (status ?? 1) : 1;
} else {
  process.stderr.write(
    `spillwatch needs Node ${MINIMUM_NODE} or newer and this is ${process.version}; run "npm run setup" in the project's folder first\n`,
  );
  process.exitCode = 1;
}
