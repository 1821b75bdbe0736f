import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';

const VERSIONS = '/usr/lib/postgresql';

/** Where Debian's package has its programs; `null` without it. */
export function postgresPrograms(): string | null {
  if (!existsSync(VERSIONS)) return null;
  const versions = readdirSync(VERSIONS).toSorted((a, b) => Number(b) - Number(a));
  const folder = versions
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'psql')));
  return folder ?? null;
}

export interface Cluster {
  readonly psql: string;
  readonly port: number;
  stop(): void;
}

/** A cluster of its own in a temporary folder, run by the user postgres, for TCP on loopback with a password. */
export async function startCluster(programs: string, password: string): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-postgres-'));
  const { uid, gid } = idsOf('postgres');
  chownSync(folder, uid, gid);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const port = await freePort();
  const run = (program: string, args: readonly string[]): void => {
    execFileSync(join(programs, program), [...args], {
      uid,
      gid,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', HOME: folder },
    });
  };
  const stop = (): void => {
    try {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
    } catch {
      // It did not even start.
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const secret = join(folder, 'password');
    writeFileSync(
      secret,
      `${password}
`,
      { mode: 0o600 },
    );
    chownSync(secret, uid, gid);
    run('initdb', ['-D', data, '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8']);
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`;
    run('pg_ctl', [
      '-D',
      data,
      '-o',
      options,
      '-l',
      join(folder, 'log'),
      '-w',
      '-t',
      '60',
      'start',
    ]);
  } catch (error) {
    stop();
    throw error;
  }
  return { psql: join(programs, 'psql'), port, stop };
}

function idsOf(user: string): { readonly uid: number; readonly gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${user}`);
  return { uid: Number(uid), gid: Number(gid) };
}
