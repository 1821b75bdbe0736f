/**
 * What is wrong with profiles: with their form, by Apple's tables of keys; with what they name, by the product or by a package;
 * and with settings, by the table of the configuration.
 */
import { type Fault, FormatError } from '../verify/fault.ts';
import { COMMON_KEYS, TOP_LEVEL_KEYS } from './apple-keys.ts';
import { type Identity, PRODUCT_IDENTITY } from './identity.ts';
import { backgroundFaults } from './lint/background.ts';
import { type Dictionary, dictionariesIn, keyFaults, textIn } from './lint/dictionary.ts';
import { privacyFaults } from './lint/privacy.ts';
import { readProfile } from './lint/read-profile.ts';
import { ownTypeFaults, preferencesFaults } from './lint/settings.ts';
import { Teams } from './lint/teams.ts';
import { PAYLOAD_TYPES } from './payloads.ts';

export interface ProfileFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** `identity` is that of a package; without one the names are those of the product, and Team IDs must agree with each other. */
export function lintProfiles(
  files: readonly ProfileFile[],
  identity: Identity | null,
): readonly Fault[] {
  const names: Names = {
    identity: identity ?? PRODUCT_IDENTITY,
    teams: new Teams(),
    taken: new Map(),
  };
  return [
    ...files.flatMap((file) => fileFaults(file, names)),
    ...names.teams.faults(identity?.team ?? null),
  ];
}

/** What all profiles together are compared with. */
interface Names {
  readonly identity: Identity;
  readonly teams: Teams;
  /** Identifiers and UUIDs, with the place that has them. */
  readonly taken: Map<string, string>;
}

function fileFaults({ path, bytes }: ProfileFile, names: Names): readonly Fault[] {
  let profile: Dictionary;
  try {
    profile = readProfile(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return [{ where: path, what: error.message }];
  }
  const faults: Fault[] = [
    ...keyFaults(path, profile, TOP_LEVEL_KEYS),
    ...idFaults(path, profile, names),
  ];
  if (profile['PayloadScope'] !== 'System')
    faults.push({
      where: path,
      what: 'PayloadScope is not System; the agent is of the Mac, not of a user',
    });
  if (profile['ConsentText'] !== undefined)
    faults.push({
      where: path,
      what: 'ConsentText asks a user, and at the login window there is none',
    });
  const payloads = dictionariesIn(`${path} payload`, profile['PayloadContent'], faults);
  if (payloads.length === 0) faults.push({ where: path, what: 'has no payload' });
  for (const { where, item } of payloads)
    faults.push(...idFaults(where, item, names), ...payloadFaults(where, item, names));
  return faults;
}

function payloadFaults(where: string, payload: Dictionary, names: Names): readonly Fault[] {
  const { identity, teams } = names;
  const type = textIn(payload, 'PayloadType');
  switch (type) {
    case PAYLOAD_TYPES.privacy:
      return privacyFaults(where, payload, identity, teams);
    case PAYLOAD_TYPES.background:
      return backgroundFaults(where, payload, identity, teams);
    case PAYLOAD_TYPES.settings:
      return preferencesFaults(where, payload, identity.bundleId);
    case identity.bundleId:
      return ownTypeFaults(where, payload);
    default:
      return [
        ...keyFaults(where, payload, COMMON_KEYS, true),
        {
          where,
          what: `is of type ${type}, which the agent needs nothing of; give it a profile of its own`,
        },
      ];
  }
}

const UUID = /^[\dA-F]{8}-[\dA-F]{4}-[\dA-F]{4}-[\dA-F]{4}-[\dA-F]{12}$/i;
const IDENTIFIER = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9_-]+)+$/;

function idFaults(where: string, dictionary: Dictionary, { taken }: Names): readonly Fault[] {
  const faults: string[] = [];
  const identifier = textIn(dictionary, 'PayloadIdentifier');
  const uuid = textIn(dictionary, 'PayloadUUID').toUpperCase();
  if (identifier !== '' && !IDENTIFIER.test(identifier))
    faults.push(`PayloadIdentifier ${identifier} is not of the form org.example.name`);
  if (uuid !== '' && !UUID.test(uuid)) faults.push(`PayloadUUID ${uuid} is no UUID`);
  for (const [key, value] of [
    ['PayloadIdentifier', identifier],
    ['PayloadUUID', uuid],
  ] as const) {
    if (value === '') continue;
    const other = taken.get(value);
    if (other === undefined) taken.set(value, where);
    else faults.push(`${key} ${value} is that of ${other} too`);
  }
  return faults.map((what) => ({ where, what }));
}
