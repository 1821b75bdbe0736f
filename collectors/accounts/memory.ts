import { MAX_LINE_BYTES } from '../endpoint-security/lines.ts';
import type { AccountReading, HostReading } from './reading.ts';

/** A host record (DESIGN section 6) without source and time. */
export interface HostFacts {
  readonly hostname: string;
  readonly uuid: string;
  readonly osVersion: string;
  readonly complete: boolean;
  readonly accounts: readonly AccountFacts[];
}

interface AccountFacts {
  readonly uid: number;
  readonly name: string;
  readonly home: string;
  readonly groups: readonly string[];
  readonly folders?: Readonly<Record<string, { readonly provider: string }>>;
}

/** What a reading becomes with what was known before. */
export interface Completed {
  readonly facts: HostFacts;
  /** Names of the accounts whose groups could not be read; `null` when the list itself could not. */
  readonly unread: readonly string[] | null;
  /** Accounts were left out because there are too many of them. */
  readonly isCut: boolean;
}

/**
 * Remembers the last reading, so that a program that fails once takes neither accounts nor groups away: what could not
 * be read is as it was known last, and the record is not complete. An account that is gone from the list is forgotten.
 */
export class AccountMemory {
  #uuid = '';
  #osVersion = '';
  #accounts: readonly AccountReading[] = [];

  complete(reading: HostReading): Completed {
    this.#uuid = reading.uuid ?? this.#uuid;
    this.#osVersion = reading.osVersion ?? this.#osVersion;
    const { accounts } = reading;
    const unread = accounts?.filter(({ groups }) => groups === null).map(({ name }) => name);
    if (accounts) this.#accounts = this.#merged(accounts);
    const all = this.#accounts.map(factsOf);
    const fitting = fittingOne(all);
    const isCut = reading.isCut || fitting.length < all.length;
    return {
      facts: {
        hostname: reading.hostname,
        uuid: this.#uuid,
        osVersion: this.#osVersion,
        complete: unread?.length === 0 && !isCut,
        accounts: fitting,
      },
      unread: unread ?? null,
      isCut,
    };
  }

  #merged(accounts: readonly AccountReading[]): readonly AccountReading[] {
    const known = new Map(this.#accounts.map((account) => [keyOf(account), account]));
    return accounts.map((account) => {
      const before = known.get(keyOf(account));
      const folders = [...account.folders].map(
        ([name, provider]) => [name, provider ?? before?.folders.get(name) ?? null] as const,
      );
      return {
        ...account,
        groups: account.groups ?? before?.groups ?? null,
        folders: new Map(folders),
      };
    });
  }
}

/** As many accounts, from the first, as one line of a capture can hold. */
function fittingOne(accounts: readonly AccountFacts[]): readonly AccountFacts[] {
  let bytes = ROOM_FOR_HOST;
  const over = accounts.findIndex((account) => {
    bytes += Buffer.byteLength(JSON.stringify(account)) + 1;
    return bytes > MAX_LINE_BYTES;
  });
  return over === -1 ? accounts : accounts.slice(0, over);
}

/** Bytes of a host record without its accounts, generously. */
const ROOM_FOR_HOST = 4096;

function keyOf({ uid, name }: AccountReading): string {
  return `${uid}:${name}`;
}

function factsOf({ uid, name, home, groups, folders }: AccountReading): AccountFacts {
  // The names are ours, never a user's.
  const backed = [...folders].flatMap(([folder, provider]) =>
    provider === null ? [] : [[folder, { provider }] as const],
  );
  const account = { uid, name, home, groups: groups ?? [] };
  return backed.length === 0 ? account : { ...account, folders: Object.fromEntries(backed) };
}
