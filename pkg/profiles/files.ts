/** The files that device management is given, by their names. The same input gives the same bytes. */
import type { PlistValue } from 'plist';
import { PRODUCT } from '../product.ts';
import { identifiersJson, identifiersOf, identifiersPage, profileFile } from './identifiers.ts';
import { jamfSchema } from './jamf-schema.ts';
import { backgroundPayload, privacyPayload, settingsPayload } from './payloads.ts';
import { type Profile, profileText } from './profile.ts';

export interface ProfileWish {
  /** Team ID of who signs the package. */
  readonly team: string;
  /** Shown as the origin of the profile. */
  readonly organization: string;
  /** Checked; empty to manage nothing. */
  readonly settings: Readonly<Record<string, PlistValue>>;
}

export function profileFiles(wish: ProfileWish): ReadonlyMap<string, string> {
  const profiles = profilesOf(wish);
  const names = profiles.map(({ name }) => name);
  const identifiers = identifiersOf(wish.team, wish.settings, names);
  return new Map([
    ...profiles.map((profile): [string, string] => [
      profileFile(profile.name),
      profileText(profile, wish.organization),
    ]),
    [`${PRODUCT.command}.jamf-schema.json`, `${JSON.stringify(jamfSchema(), null, 2)}\n`],
    [`${PRODUCT.command}-identifiers.md`, identifiersPage(identifiers)],
    [`${PRODUCT.command}-identifiers.json`, identifiersJson(identifiers)],
  ]);
}

/** One profile for each payload, in the order in which they are to be pushed, and one with all of them. */
function profilesOf({ team, settings }: ProfileWish): readonly Profile[] {
  const payloads = [backgroundPayload(team), privacyPayload(team), settingsPayload(settings)];
  return [
    ...payloads.map(({ name, title, text, ...payload }) => ({
      name,
      title,
      text,
      payloads: [{ name: 'payload', title, text, ...payload }],
    })),
    {
      name: 'all',
      title: PRODUCT.name,
      text: `Lets ${PRODUCT.name} run and see what it needs, and sets it up.`,
      payloads,
    },
  ];
}
