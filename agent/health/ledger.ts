/**
 * Accounts for every record: `received = stored + skipped + dropped`, each with a reason, per collector.
 *
 * Reasons and collectors are fixed words of the code, so the number of counters is bounded.
 */
import type { DropReason, SkipReason } from '../../collectors/collector.ts';
import type { CollectorName } from '../../collectors/event.ts';

/** `not-relevant`: the events were taken into account (a process, an account) and touched no chain. */
export type LedgerSkip = SkipReason | 'not-relevant';

export interface Account {
  readonly received: number;
  readonly stored: number;
  readonly skipped: ReadonlyMap<LedgerSkip, number>;
  readonly dropped: ReadonlyMap<DropReason, number>;
  /** Rows inside records that could not be read; their records are counted above all the same. */
  readonly badRows: number;
}

interface MutableAccount {
  received: number;
  stored: number;
  readonly skipped: Map<LedgerSkip, number>;
  readonly dropped: Map<DropReason, number>;
  badRows: number;
}

export class Ledger {
  readonly #accounts = new Map<CollectorName | 'unknown', MutableAccount>();

  received(collector: CollectorName | null, badRows = 0): void {
    const account = this.#of(collector);
    account.received += 1;
    account.badRows += badRows;
  }

  stored(collector: CollectorName | null): void {
    this.#of(collector).stored += 1;
  }

  skipped(collector: CollectorName | null, reason: LedgerSkip): void {
    add(this.#of(collector).skipped, reason);
  }

  dropped(collector: CollectorName | null, reason: DropReason): void {
    add(this.#of(collector).dropped, reason);
  }

  accounts(): ReadonlyMap<CollectorName | 'unknown', Account> {
    return this.#accounts;
  }

  total(): Account {
    const total: MutableAccount = {
      received: 0,
      stored: 0,
      skipped: new Map(),
      dropped: new Map(),
      badRows: 0,
    };
    for (const account of this.#accounts.values()) {
      total.received += account.received;
      total.stored += account.stored;
      total.badRows += account.badRows;
      for (const [reason, count] of account.skipped) add(total.skipped, reason, count);
      for (const [reason, count] of account.dropped) add(total.dropped, reason, count);
    }
    return total;
  }

  #of(collector: CollectorName | null): MutableAccount {
    const name = collector ?? 'unknown';
    const known = this.#accounts.get(name);
    if (known) return known;
    const account = {
      received: 0,
      stored: 0,
      skipped: new Map<LedgerSkip, number>(),
      dropped: new Map<DropReason, number>(),
      badRows: 0,
    };
    this.#accounts.set(name, account);
    return account;
  }
}

export function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function add<K>(counts: Map<K, number>, reason: K, count = 1): void {
  counts.set(reason, (counts.get(reason) ?? 0) + count);
}
