import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from './support/command.ts';

const page = readFileSync(join(PROJECT, 'SECURITY.md'), 'utf8');
/** Paths of the project, as the page names them. */
const paths = [...page.matchAll(/`((?:agent|collectors|pkg|rules|test)\/[\w./-]+)`/g)].map(
  ([, path = '']) => path,
);

it('everything that the security page points at is there', () => {
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
});

it('each protection names code and a test of it', () => {
  const section = page.split('## What is protected, and how')[1]?.split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows)
    expect(row).toMatch(/^\|[^|]+\|[^|]+\| `(?:agent|collectors|pkg)\/[^|]+ \| `test\/[^|]+ \|$/);
});
