import { hostname } from 'node:os';
import { cloudFolders } from './cloud-folders.ts';
import { type CommandResult, runCommand } from './command.ts';
import {
  readDirectoryList,
  readGroupNames,
  readHome,
  readPlatformUuid,
  readProductVersion,
  readUserId,
} from './macos-output.ts';
import {
  type AccountReading,
  type AccountSource,
  type HostReading,
  MAX_ACCOUNTS,
  type ReadingFault,
} from './reading.ts';

/** Absolute paths of the programs that are asked. */
export interface MacCommands {
  readonly dscl: string;
  readonly id: string;
  readonly ioreg: string;
  readonly swVers: string;
  readonly xattr: string;
}

const COMMANDS: MacCommands = {
  dscl: '/usr/bin/dscl',
  id: '/usr/bin/id',
  ioreg: '/usr/sbin/ioreg',
  swVers: '/usr/bin/sw_vers',
  xattr: '/usr/bin/xattr',
};

/** Accounts that are asked about at one time. */
const AT_ONCE = 4;

/** A directory that cannot be reached costs this many time-outs of a command; then it is not asked again in this reading. */
const MAX_TIMEOUTS = 5;

/** Reads host and accounts of a Mac from its own directory node; `timeoutMs` (milliseconds) bounds each program. */
export function macosAccounts(
  commands: Partial<MacCommands> = {},
  timeoutMs: number = 3000,
): AccountSource {
  const all = { ...COMMANDS, ...commands };
  return { read: (signal) => new MacReading(all, timeoutMs, signal).read() };
}

/** One reading, with what went wrong in it. */
class MacReading {
  readonly #commands: MacCommands;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal;
  readonly #faults = new Map<string, ReadingFault>();
  readonly #timeouts = new Map<string, number>();

  constructor(commands: MacCommands, timeoutMs: number, signal: AbortSignal) {
    this.#commands = commands;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  async read(): Promise<HostReading> {
    const { dscl, ioreg, swVers } = this.#commands;
    const ids = await this.#ask(dscl, ['.', '-list', '/Users', 'UniqueID']);
    const homes = await this.#ask(dscl, ['.', '-list', '/Users', 'NFSHomeDirectory']);
    const registry = await this.#ask(ioreg, ['-rd1', '-c', 'IOPlatformExpertDevice']);
    const version = await this.#ask(swVers, ['-productVersion']);
    const people = ids === null || homes === null ? null : peopleOf(ids, homes);
    return {
      hostname: hostname(),
      uuid: registry === null ? null : readPlatformUuid(registry),
      osVersion: version === null ? null : readProductVersion(version),
      accounts: people === null ? null : await this.#accounts(people.slice(0, MAX_ACCOUNTS)),
      isCut: (people?.length ?? 0) > MAX_ACCOUNTS,
      faults: [...this.#faults.values()],
    };
  }

  async #accounts(people: readonly Person[]): Promise<readonly AccountReading[]> {
    const accounts: AccountReading[] = [];
    const rest = people.entries();
    const worker = async (): Promise<void> => {
      for (const [at, person] of rest) {
        // oxlint-disable-next-line no-await-in-loop -- each worker asks about one account at a time
        const groups = await this.#groups(person.name);
        // oxlint-disable-next-line no-await-in-loop -- as above
        const folders = await cloudFolders(person.home, (path) => this.#domain(path));
        accounts[at] = { ...person, groups, folders };
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return accounts;
  }

  async #groups(name: string): Promise<readonly string[] | null> {
    // It would be taken for an option.
    if (name.startsWith('-')) return null;
    const { id } = this.#commands;
    const result = await this.#run(id, ['-Gn', name]);
    if (result.kind === 'done') {
      const groups = readGroupNames(result.text);
      return groups.length > 0 ? groups : null;
    }
    // A status is about this one user.
    if (result.status === null) this.#fault(id, result);
    return null;
  }

  async #domain(path: string): Promise<CommandResult> {
    const { xattr } = this.#commands;
    const result = await this.#run(xattr, ['-p', 'com.apple.file-provider-domain-id', path]);
    if (result.kind === 'failed' && result.status !== 1) this.#fault(xattr, result);
    return result;
  }

  async #ask(command: string, args: readonly string[]): Promise<string | null> {
    const result = await this.#run(command, args);
    if (result.kind === 'done') return result.text;
    this.#fault(command, result);
    return null;
  }

  async #run(command: string, args: readonly string[]): Promise<CommandResult> {
    const timeouts = this.#timeouts.get(command) ?? 0;
    if (timeouts >= MAX_TIMEOUTS) {
      const detail = `gave no answer ${timeouts} times and is not asked again`;
      return { kind: 'failed', code: 'command-slow', status: null, detail };
    }
    const result = await runCommand(command, args, this.#timeoutMs, this.#signal);
    if (result.kind === 'failed' && result.code === 'command-slow')
      this.#timeouts.set(command, (this.#timeouts.get(command) ?? 0) + 1);
    return result;
  }

  #fault(subject: string, { code, detail }: Extract<CommandResult, { kind: 'failed' }>): void {
    const key = `${code} ${subject}`;
    if (!this.#faults.has(key)) this.#faults.set(key, { code, subject, detail });
  }
}

interface Person {
  readonly uid: number;
  readonly name: string;
  readonly home: string;
}

function peopleOf(ids: string, homes: string): readonly Person[] {
  const homeOf = readDirectoryList(homes);
  const people: Person[] = [];
  for (const [name, value] of readDirectoryList(ids)) {
    const uid = readUserId(value);
    const home = readHome(homeOf.get(name) ?? '');
    if (uid !== null && uid >= FIRST_USER_ID && home !== null && home !== NO_HOME)
      people.push({ uid, name, home });
    if (people.length > MAX_ACCOUNTS) break;
  }
  return people;
}

/** macOS gives people 501 and up. What stands for the shell says nothing of them: a login by the window needs none. */
const FIRST_USER_ID = 500;

/** What macOS gives accounts that nobody logs in to. */
const NO_HOME = '/var/empty';
