import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BUNDLE, EXECUTABLE } from '../../../pkg/staging/agent-root.ts';

const ADMIN = join(import.meta.dirname, '../../../pkg/admin');

export interface AdminFile {
  /** Path below `pkg/admin`, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Files below `pkg/admin` whose names end with one of the endings; all without any. */
export function adminFiles(...endings: readonly string[]): readonly AdminFile[] {
  return readdirSync(ADMIN, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ADMIN.length + 1))
    .filter((path) => endings.length === 0 || endings.some((ending) => path.endsWith(ending)))
    .toSorted()
    .map((path) => ({ path, text: adminText(path) }));
}

export function adminText(path: string): string {
  return readFileSync(join(ADMIN, path), 'utf8');
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A Mac's folders in a temporary one; scripts run with their paths of `/Library` turned into it. */
export class StandInRoot {
  readonly root = mkdtempSync(join(tmpdir(), 'spillwatch admin '));

  /** Puts a program there that is this shell script. */
  program(path: string, script: string): void {
    this.file(path, `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.root, path), 0o755);
  }

  agent(script: string): void {
    this.program(EXECUTABLE, script);
  }

  uninstaller(script: string): void {
    this.program(`${BUNDLE}/Contents/Resources/uninstall`, script);
  }

  file(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  run(script: string): Promise<Ran> {
    const text = script.replaceAll('/Library/', `${this.root}/Library/`);
    return new Promise((resolve) => {
      const child = execFile('/bin/sh', ['-c', text], { env: {} }, (_error, out, err) => {
        resolve({ code: child.exitCode, out, err });
      });
    });
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
