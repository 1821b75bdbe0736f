import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runtimeOf } from '../../../pkg/executable/runtime.ts';
import { runtimePackage, type Target } from '../../../pkg/executable/target.ts';

const TARGET: Target = { platform: 'darwin', processor: 'arm64' };
const NAME = runtimePackage(TARGET);

let project: string;
let folder: string;
let archive: string;
const path = process.env['PATH'];
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'spillwatch-runtime-'));
  folder = join(project, 'work');
  mkdirSync(folder);
  archive = join(project, 'right.tgz');
  const source = join(project, 'source');
  mkdirSync(join(source, 'package/bin'), { recursive: true });
  writeFileSync(join(source, 'package/bin/node'), 'a runtime');
  execFileSync('tar', ['-czf', archive, '-C', source, 'package']);
  lock(sha512(archive));
  fakeNpm(archive);
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(project, { recursive: true });
});

function sha512(file: string): string {
  return createHash('sha512').update(readFileSync(file)).digest('base64');
}

function lock(hash: string): void {
  const entry = { version: '26.10.0', integrity: `sha512-${hash}` };
  const document = { lockfileVersion: 3, packages: { [`node_modules/${NAME}`]: entry } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(document));
}

/** An npm that delivers this file whenever it is asked for a package, and counts. */
function fakeNpm(file: string): void {
  const bin = join(project, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'npm'),
    `#!/bin/sh\necho "$@" >> '${project}/calls'\ncp '${file}' "$4/${NAME}-26.10.0.tgz"\n`,
  );
  chmodSync(join(bin, 'npm'), 0o755);
  process.env['PATH'] = `${bin}:${path}`;
}

function calls(): number {
  const file = join(project, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

describe('the runtime of another platform', () => {
  it('is fetched once and unpacked each time', () => {
    expect(readFileSync(runtimeOf(project, TARGET, folder), 'utf8')).toBe('a runtime');
    expect(readFileSync(runtimeOf(project, TARGET, folder), 'utf8')).toBe('a runtime');
    expect(calls()).toBe(1);
    expect(readFileSync(join(project, 'calls'), 'utf8')).toContain(`${NAME}@26.10.0`);
  });

  it('is refused and thrown away when it is not the one of the lock', () => {
    lock(Buffer.alloc(64).toString('base64'));
    expect(() => runtimeOf(project, TARGET, folder)).toThrow(/is not what package-lock\.json has/);
    const kept = join(project, `node_modules/.cache/spillwatch/${NAME}-26.10.0.tgz`);
    expect(existsSync(kept)).toBe(false);
  });

  it('is fetched again when the kept one was changed', () => {
    runtimeOf(project, TARGET, folder);
    writeFileSync(join(project, `node_modules/.cache/spillwatch/${NAME}-26.10.0.tgz`), 'changed');
    expect(readFileSync(runtimeOf(project, TARGET, folder), 'utf8')).toBe('a runtime');
    expect(calls()).toBe(2);
  });

  it('is one line for a person when npm cannot fetch it', () => {
    fakeNpm('/nonexistent');
    expect(() => runtimeOf(project, TARGET, folder)).toThrow(
      new RegExp(`^${NAME}@26\\.10\\.0: npm cannot fetch it .*; look at the network$`),
    );
  });

  it('is that of its package when npm has installed it, and then of the pinned version only', () => {
    const installed = join(project, 'node_modules', NAME);
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, 'package.json'), '{"version":"26.10.0"}');
    expect(runtimeOf(project, TARGET, folder)).toBe(join(installed, 'bin/node'));
    writeFileSync(join(installed, 'package.json'), '{"version":"26.9.0"}');
    expect(() => runtimeOf(project, TARGET, folder)).toThrow(/is not .* 26\.10\.0; run "npm ci"/);
    expect(calls()).toBe(0);
  });
});
