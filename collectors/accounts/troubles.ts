import type { LiveOutput, Trouble } from '../collector.ts';
import type { ReadingFault } from './reading.ts';

/** Users that a message names; of the others it gives the number. */
const MAX_NAMED = 5;

/** Reports what lasts when it begins, and again when it is over. */
export class AccountTroubles {
  readonly #output: Pick<LiveOutput, 'trouble' | 'recovered'>;
  #lasting: ReadonlyMap<string, Trouble> = new Map();

  constructor(output: Pick<LiveOutput, 'trouble' | 'recovered'>) {
    this.#output = output;
  }

  tell(faults: readonly ReadingFault[], unread: readonly string[] | null, isCut: boolean): void {
    const troubles: Trouble[] = faults.map((fault) => ({ ...fault, lasts: true }));
    const incomplete = whyIncomplete(unread, isCut);
    if (incomplete !== null)
      troubles.push({
        code: 'accounts-incomplete',
        detail: incomplete,
        subject: null,
        lasts: true,
      });
    const next = new Map(
      troubles.map((trouble) => [`${trouble.code} ${trouble.subject}`, trouble]),
    );
    for (const [key, { code, subject }] of this.#lasting) {
      if (!next.has(key)) this.#output.recovered(code, subject);
    }
    for (const [key, trouble] of next) {
      if (!this.#lasting.has(key)) this.#output.trouble(trouble);
    }
    this.#lasting = next;
  }
}

function whyIncomplete(unread: readonly string[] | null, isCut: boolean): string | null {
  if (unread === null)
    return 'the list of accounts could not be read: roles are those known before';
  if (unread.length > 0) {
    const names = unread.slice(0, MAX_NAMED).map((name) => JSON.stringify(name));
    const more = unread.length > MAX_NAMED ? ` and ${unread.length - MAX_NAMED} more` : '';
    return `the groups of ${names.join(', ')}${more} could not be read: check the directory service`;
  }
  return isCut ? 'there are more accounts than one record holds: the rest has no role' : null;
}
