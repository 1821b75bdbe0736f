import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { groupsOf, readGroups, readPasswd } from './passwd.ts';
import {
  type AccountReading,
  type AccountSource,
  type HostReading,
  MAX_ACCOUNTS,
  type ReadingFault,
} from './reading.ts';

/** Where Linux keeps host and accounts. */
export interface LinuxFiles {
  readonly passwd: string;
  readonly group: string;
  readonly machineId: string;
  readonly osRelease: string;
}

const FILES: LinuxFiles = {
  passwd: '/etc/passwd',
  group: '/etc/group',
  machineId: '/etc/machine-id',
  osRelease: '/etc/os-release',
};

/** Below are accounts of the system: `UID_MIN` of login.defs(5). */
const FIRST_USER_ID = 1000;

/** passwd(5) and group(5) name nobody's account by this id. */
const NOBODY = 65534;

/** Shells of accounts that nobody can log in to: nologin(8) and false(1), wherever they lie. */
const NO_SHELL = /\/(?:nologin|false)$/;

/** A larger file is not read (`command-failed`). */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Reads the accounts of a Linux machine from its files, for development; users of a directory service are not seen. */
export function linuxAccounts(files: LinuxFiles = FILES): AccountSource {
  return { read: () => read(files) };
}

async function read(files: LinuxFiles): Promise<HostReading> {
  const faults: ReadingFault[] = [];
  const [passwd, group, machineId, osRelease] = await Promise.all([
    readText(files.passwd, faults),
    readText(files.group, faults),
    readText(files.machineId, faults),
    readText(files.osRelease, faults),
  ]);
  const accounts = passwd === null ? null : await readAccounts(passwd, group);
  return {
    hostname: hostname(),
    uuid: machineId === null ? null : readMachineId(machineId),
    osVersion: osRelease === null ? null : readVersion(osRelease),
    accounts: accounts?.slice(0, MAX_ACCOUNTS) ?? null,
    isCut: (accounts?.length ?? 0) > MAX_ACCOUNTS,
    faults,
  };
}

async function readText(path: string, faults: ReadingFault[]): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE_BYTES) return await readFile(path, 'utf8');
    faults.push({ code: 'command-failed', subject: path, detail: 'is larger than 16 MiB' });
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'cannot be read';
    faults.push({ code: 'command-failed', subject: path, detail });
  }
  return null;
}

async function readAccounts(
  passwd: string,
  group: string | null,
): Promise<readonly AccountReading[]> {
  const groups = group === null ? null : readGroups(group);
  const people = readPasswd(passwd).filter(
    ({ uid, shell }) => uid >= FIRST_USER_ID && uid !== NOBODY && !NO_SHELL.test(shell),
  );
  const hasHome = await Promise.all(people.map(({ home }) => isFolder(home)));
  return people
    .filter(({ home }, at) => home !== '/' && hasHome[at])
    .map((user) => {
      const { uid, name, home } = user;
      return { uid, name, home, groups: groups && groupsOf(user, groups), folders: new Map() };
    });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** machine-id(5): 32 hex digits, written here as a UUID in upper case as macOS writes its own. */
export function readMachineId(text: string): string | null {
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\s*$/i.exec(
    text,
  );
  return parts ? parts.slice(1).join('-').toUpperCase() : null;
}

/** `VERSION_ID` of os-release(5); rolling distributions have none. */
export function readVersion(text: string): string | null {
  return /^VERSION_ID=["']?([^"'\n]*)["']?\s*$/m.exec(text)?.[1] ?? null;
}
