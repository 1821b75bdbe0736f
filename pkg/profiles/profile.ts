/**
 * A configuration profile as it goes to device management.
 *
 * Invariant: identifiers and UUIDs depend on names alone. A new version of a profile replaces the old one by its identifier, and
 * a payload is updated in place when identifier and UUID are the same (apple/device-management, CommonPayloadKeys.yaml).
 *
 * PayloadRemovalDisallowed is left out: since macOS 10.15 nobody can remove what device management installed, and the key only
 * keeps a tester from removing what was installed by hand (TopLevel.yaml). There is no consent text, so nothing is asked.
 */
import { build, type PlistValue } from 'plist';
import { uuidOf } from '../../agent/context/chains.ts';
import { PRODUCT } from '../product.ts';

export interface Payload {
  /** Last part of its identifier. */
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly text: string;
  /** The keys of this type. */
  readonly keys: Readonly<Record<string, PlistValue>>;
}

export interface Profile {
  /** Last part of its identifier and of the name of its file. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly payloads: readonly Payload[];
}

/** The identifier of a profile; those of its payloads have a part more. */
export function profileIdentifier(name: string): string {
  return `${PRODUCT.identifier}.profile.${name}`;
}

/** The UUID of a profile or payload, as `uuidgen` would write it: version 8 of RFC 9562, made of the identifier. */
export function profileUuid(identifier: string): string {
  return uuidOf(`configuration profile\n${identifier}`).toUpperCase();
}

/** The file, in XML. Throws when a text has a character that XML cannot hold. */
export function profileText(profile: Profile, organization: string): string {
  const identifier = profileIdentifier(profile.name);
  const document: PlistValue = {
    PayloadContent: profile.payloads.map((payload) => ({
      ...payload.keys,
      ...commonKeys(`${identifier}.${payload.name}`, payload, organization),
      PayloadType: payload.type,
    })),
    ...commonKeys(identifier, profile, organization),
    PayloadScope: 'System',
    PayloadType: 'Configuration',
  };
  return `${build(document, { indent: '\t' })}\n`;
}

function commonKeys(
  identifier: string,
  { title, text }: { readonly title: string; readonly text: string },
  organization: string,
): Record<string, PlistValue> {
  return {
    PayloadDescription: text,
    PayloadDisplayName: title,
    PayloadIdentifier: identifier,
    PayloadOrganization: organization,
    PayloadUUID: profileUuid(identifier),
    PayloadVersion: 1,
  };
}
