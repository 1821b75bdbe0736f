/**
 * A record that this program wrote itself, into a file that only its own user can write. It is taken at its word; what
 * other people write goes through `collectors/untrusted.ts`.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller owns the record
export function fromJson<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- own record, own file
  return JSON.parse(text) as T;
}
