import type { TroubleCode } from '../collector.ts';

/** One account as the platform gave it. `null` means: could not be read this time. */
export interface AccountReading {
  readonly uid: number;
  readonly name: string;
  readonly home: string;
  readonly groups: readonly string[] | null;
  /** Folder name (`Documents`) to provider, for folders that are cloud-backed. */
  readonly folders: ReadonlyMap<string, string | null>;
}

/** A command or file of the platform that did not give what it should. */
export interface ReadingFault {
  readonly code: TroubleCode;
  /** Path of the command or file. */
  readonly subject: string;
  readonly detail: string;
}

/** One look at the host and its accounts. `null` means: could not be read this time. */
export interface HostReading {
  readonly hostname: string;
  readonly uuid: string | null;
  readonly osVersion: string | null;
  /** People's accounts only, at most `MAX_ACCOUNTS`. */
  readonly accounts: readonly AccountReading[] | null;
  /** There were more accounts than that. */
  readonly isCut: boolean;
  readonly faults: readonly ReadingFault[];
}

/** Reads host and accounts of one platform. Resolves with no child process left, also when `signal` aborts; never rejects. */
export interface AccountSource {
  read(signal: AbortSignal): Promise<HostReading>;
}

/** Accounts in one host record; what is above is left out and the record is not complete. */
export const MAX_ACCOUNTS = 5000;
