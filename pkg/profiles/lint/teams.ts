import type { Fault } from '../../verify/fault.ts';

/** The Team IDs that profiles name, which must all be one. */
export class Teams {
  readonly #named: { readonly where: string; readonly team: string }[] = [];

  add(where: string, team: string): void {
    this.#named.push({ where, team });
  }

  /** `signer` is the Team ID of the package's signature, when there is one; else the first that was named counts. */
  faults(signer: string | null): readonly Fault[] {
    const first = this.#named[0];
    if (first === undefined) return [];
    const wanted = signer ?? first.team;
    const source = signer === null ? `${first.where} names` : 'the package is signed by';
    return this.#named
      .filter(({ team }) => team !== wanted)
      .map(({ where, team }) => ({ where, what: `names the team ${team}, ${source} ${wanted}` }));
  }
}
