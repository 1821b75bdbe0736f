import type { Account, HostSeen } from '../../collectors/event.ts';
import type { Role, RoleSource } from '../../rules/finding.ts';
import { conventionalHome, type Place, placeOf } from './homes.ts';
import { isWithin, pathKey } from './paths.ts';

/**
 * Roles that the organisation has handed out: user name to role and group name to role. A `*` in a name stands for any
 * text; an exact name comes before a pattern, a longer pattern before a shorter one.
 */
export interface RoleMaps {
  readonly users: ReadonlyMap<string, Role>;
  readonly groups: ReadonlyMap<string, Role>;
}

export interface RoleAnswer {
  readonly role: Role;
  readonly source: RoleSource;
  /** When the account record that answers was read; `null` when there is none. */
  readonly asOfUs: number | null;
}

/** Ids below are service accounts and root daemons; macOS gives people 501 and up. */
export const FIRST_USER_ID = 500;

/** Most accounts that are kept from one host record; what is above is unknown. */
const MAX_ACCOUNTS = 5000;

export interface HostIdentity {
  readonly name: string;
  readonly id: string;
  readonly osVersion: string;
}

/** The accounts of the Mac as the last host record gave them: names, homes, roles and cloud-backed folders. */
export class Accounts {
  readonly #users: RoleTable;
  readonly #groups: RoleTable;
  #byUid: ReadonlyMap<number, Account> = new Map();
  #homes: readonly { readonly key: string; readonly account: Account }[] = [];
  #complete = false;
  #seen: HostSeen | null = null;
  #host: HostIdentity = { name: '', id: '', osVersion: '' };

  constructor(roles: RoleMaps) {
    this.#users = roleTable(roles.users);
    this.#groups = roleTable(roles.groups);
  }

  replace(host: HostSeen): void {
    const accounts = host.accounts.slice(0, MAX_ACCOUNTS);
    this.#byUid = new Map(accounts.map((account) => [account.uid, account]));
    this.#homes = accounts
      .filter((account) => account.home.startsWith('/') && account.home !== '/')
      .map((account) => ({ key: pathKey(account.home), account }));
    this.#complete = host.complete;
    this.#seen = { ...host, accounts };
    this.#host = { name: host.hostname, id: host.hostId, osVersion: host.osVersion };
  }

  /** The record that is in force, as far as it was kept. */
  seen(): HostSeen | null {
    return this.#seen;
  }

  host(): HostIdentity {
    return this.#host;
  }

  nameOf(uid: number): string | null {
    return this.#byUid.get(uid)?.name ?? null;
  }

  /** First that answers: managed user map, managed group map, local admin, developer group, complete account record. */
  roleOf(uid: number): RoleAnswer {
    const account = this.#byUid.get(uid);
    const asOfUs = this.#seen?.timeUs ?? null;
    if (!account) return { role: 'unknown', source: 'none', asOfUs };
    const byUser = this.#users([account.name]);
    if (byUser) return { role: byUser, source: 'managed-user', asOfUs };
    const groups = account.groups ?? [];
    const byGroup = this.#groups(groups);
    if (byGroup) return { role: byGroup, source: 'managed-group', asOfUs };
    if (groups.includes('admin')) return { role: 'admin', source: 'local-admin', asOfUs };
    if (groups.includes('_developer'))
      return { role: 'developer', source: 'developer-group', asOfUs };
    if (this.#complete && account.groups !== null)
      return { role: 'unassigned', source: 'account-record', asOfUs };
    return { role: 'unknown', source: 'none', asOfUs };
  }

  /** The home a path lies in: an account's, else the conventional one. */
  homeOf(path: string): string | null {
    const key = pathKey(path);
    const owner = this.#homes.find((home) => isWithin(key, home.key) && key !== home.key);
    return owner ? owner.account.home : conventionalHome(path);
  }

  place(path: string): Place {
    return placeOf(pathKey(path), this.homeOf(path));
  }

  /** Whether the path lies in Downloads or Documents of that user; without an account any conventional home may be theirs. */
  isWatchedBy(uid: number, path: string): boolean {
    const { home, isWatched } = this.place(path);
    if (!isWatched || home === null) return false;
    const account = this.#byUid.get(uid);
    return account ? pathKey(account.home) === pathKey(home) : this.ownerOf(home) === null;
  }

  ownerOf(home: string): number | null {
    const key = pathKey(home);
    return this.#homes.find((entry) => entry.key === key)?.account.uid ?? null;
  }

  /** The cloud-backed folder of a known home that holds the path, with its provider. */
  cloudBackedFolder(path: string): { readonly provider: string; readonly folder: string } | null {
    const key = pathKey(path);
    for (const { key: homeKey, account } of this.#homes) {
      if (!isWithin(key, homeKey)) continue;
      for (const [name, provider] of account.folders) {
        const folder = `${account.home}/${name}`;
        if (isWithin(key, pathKey(folder))) return { provider, folder };
      }
    }
    return null;
  }
}

/** The role of the first entry that one of the names fits. */
type RoleTable = (names: readonly string[]) => Role | null;

function roleTable(roles: ReadonlyMap<string, Role>): RoleTable {
  const patterns = [...roles]
    .filter(([name]) => name.includes('*'))
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([name, role]) => ({ parts: name.split('*'), role }));
  return (names) => {
    for (const [entry, role] of roles) {
      if (names.includes(entry)) return role;
    }
    return patterns.find(({ parts }) => names.some((name) => fits(name, parts)))?.role ?? null;
  };
}

/** Whether the name is the parts in this order with any text between them; linear in the name. */
function fits(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
