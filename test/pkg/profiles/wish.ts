/** Profiles of one team as they are written, and as plain values. */
import { type PlistValue, parse } from 'plist';
import { profileFiles } from '../../../pkg/profiles/files.ts';

export const TEAM = 'ABCDE12345';

export function filesFor(
  settings: Record<string, PlistValue> = {},
  team = TEAM,
): ReadonlyMap<string, string> {
  return profileFiles({ team, organization: 'Example', settings });
}

/** The text of one of them: `privacy`, `background`, `settings`, `all`. */
export function profileNamed(name: string, settings: Record<string, PlistValue> = {}): string {
  const text = filesFor(settings).get(`spillwatch-${name}.mobileconfig`);
  if (text === undefined) throw new Error(`no profile ${name}`);
  return text;
}

export type Plain = Record<string, unknown>;

/** A profile as a value that a test may look into and change. */
export function valueOf(text: string): Plain & { PayloadContent: Plain[] } {
  // What was just built is known to be of this form.
  return parse(text) as unknown as Plain & { PayloadContent: Plain[] };
}
