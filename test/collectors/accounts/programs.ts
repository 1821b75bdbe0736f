import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { MacCommands } from '../../../collectors/accounts/macos.ts';

/** Path of a stand-in program. */
export function program(name: string): string {
  return join(import.meta.dirname, '../../fixtures/programs', `${name}.sh`);
}

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'accounts-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A Mac made of stand-in programs; its homes are real folders. */
export class StandInMac {
  readonly folder: string = temporaryFolder();
  readonly commands: MacCommands = {
    dscl: join(this.folder, 'dscl'),
    id: program('mac-id'),
    ioreg: program('mac-ioreg'),
    swVers: program('mac-sw-vers'),
    xattr: join(this.folder, 'xattr'),
  };

  /** `users` is name and uid. Output as dscl(1) documents it: record name, blanks, value. */
  constructor(users: readonly (readonly [string, number])[]) {
    const system: readonly (readonly [string, string, string])[] = [
      ['_amavisd', '83', '/var/virusmails'],
      ['daemon', '1', '/var/root'],
      ['nobody', '-2', '/var/empty'],
      ['root', '0', '/var/root /private/var/root'],
    ];
    const people = users.map(([name, uid]) => [name, String(uid), this.home(name)] as const);
    for (const [name] of users) mkdirSync(this.home(name));
    this.#list(
      'UniqueID',
      [...system, ...people].map(([name, uid]) => [name, uid]),
    );
    this.#list(
      'NFSHomeDirectory',
      [...system, ...people].map(([name, , home]) => [name, home]),
    );
    this.#script('dscl', `[ "$1 $2 $3" = '. -list /Users' ] || exit 64\ncat '${this.folder}'/"$4"`);
    // As xattr(1): the value, or a sentence and status 1.
    const attribute = '[ "$1 $2" = "-p com.apple.file-provider-domain-id" ] || exit 64';
    const missing = 'echo "xattr: $3: No such xattr: $2" >&2; exit 1';
    this.#script('xattr', `${attribute}\ncat "$3/.domain-id" 2>/dev/null || { ${missing}; }`);
  }

  home(name: string): string {
    return join(this.folder, `home of ${name}`);
  }

  /** Gives a folder of a home the attribute of a File Provider. */
  sync(name: string, folder: string, domain: string): void {
    mkdirSync(join(this.home(name), folder), { recursive: true });
    writeFileSync(join(this.home(name), folder, '.domain-id'), `${domain}\n`);
  }

  #list(key: string, rows: readonly (readonly [string, string])[]): void {
    const text = rows.map(([name, value]) => `${name.padEnd(24)} ${value}\n`).join('');
    writeFileSync(join(this.folder, key), text);
  }

  #script(name: string, body: string): void {
    writeFileSync(join(this.folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
}
