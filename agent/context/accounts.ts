import type { Account, HostSeen } from '../../collectors/event.ts';
import type { Role, RoleSource } from '../../rules/finding.ts';
import { conventionalHome, type Place, placeOf } from './homes.ts';
import { isWithin, pathKey } from './paths.ts';

/** Roles that the organisation has handed out: user name to role and group name to role. */
export interface RoleMaps {
  readonly users: ReadonlyMap<string, Role>;
  readonly groups: ReadonlyMap<string, Role>;
}

export interface RoleAnswer {
  readonly role: Role;
  readonly source: RoleSource;
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
  readonly #roles: RoleMaps;
  #byUid: ReadonlyMap<number, Account> = new Map();
  #homes: readonly { readonly key: string; readonly account: Account }[] = [];
  #complete = false;
  #seen: HostSeen | null = null;
  #host: HostIdentity = { name: '', id: '', osVersion: '' };

  constructor(roles: RoleMaps) {
    this.#roles = roles;
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
    if (!account) return { role: 'unknown', source: 'none' };
    const byUser = this.#roles.users.get(account.name);
    if (byUser) return { role: byUser, source: 'managed-user' };
    for (const [group, role] of this.#roles.groups) {
      if (account.groups.includes(group)) return { role, source: 'managed-group' };
    }
    if (account.groups.includes('admin')) return { role: 'admin', source: 'local-admin' };
    if (account.groups.includes('_developer'))
      return { role: 'developer', source: 'developer-group' };
    if (this.#complete) return { role: 'unassigned', source: 'account-record' };
    return { role: 'unknown', source: 'none' };
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
