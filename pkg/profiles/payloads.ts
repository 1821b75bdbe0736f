/** What each payload grants or sets. Keys: apple/device-management, mdm/profiles. */
import type { PlistValue } from 'plist';
import { PRODUCT } from '../product.ts';
import { codeRequirement, ESLOGGER } from './identity.ts';
import type { Payload } from './profile.ts';

export const PAYLOAD_TYPES = {
  privacy: 'com.apple.TCC.configuration-profile-policy',
  background: 'com.apple.servicemanagement',
  settings: 'com.apple.ManagedClient.preferences',
} as const;

/** Full Disk Access for the agent, by its signature: nobody is asked, and nobody can take it back. */
export function privacyPayload(team: string): Payload {
  return {
    name: 'privacy',
    type: PAYLOAD_TYPES.privacy,
    title: `${PRODUCT.name}: Full Disk Access`,
    text: `Lets ${PRODUCT.name} see what the processes of this Mac do with files.`,
    keys: {
      Services: {
        SystemPolicyAllFiles: [
          {
            Allowed: true,
            CodeRequirement: codeRequirement(PRODUCT.identifier, team),
            Comment: `The agent, and eslogger when the agent starts it`,
            Identifier: PRODUCT.identifier,
            IdentifierType: 'bundleID',
            StaticCode: false,
          },
          {
            Allowed: true,
            CodeRequirement: ESLOGGER.requirement,
            Comment: `For eslogger as a job of its own; check the requirement with: codesign -dr - ${ESLOGGER.path}`,
            Identifier: ESLOGGER.path,
            IdentifierType: 'path',
            StaticCode: false,
          },
        ],
      },
    },
  };
}

/**
 * The job of the agent counts as managed: no notice that it runs in the background, no switch for it in Login Items.
 *
 * The first rule is for the job, the second for the bundle under whose name Login Items shows it (its job names the bundle in
 * AssociatedBundleIdentifiers). Both hold for code of that team only. There is no rule of type TeamIdentifier: it would enable
 * whatever else that team ever installs.
 */
export function backgroundPayload(team: string): Payload {
  return {
    name: 'background',
    type: PAYLOAD_TYPES.background,
    title: `${PRODUCT.name}: background item`,
    text: `Keeps ${PRODUCT.name} running; it cannot be switched off in Login Items.`,
    keys: {
      Rules: [
        {
          RuleType: 'Label',
          RuleValue: PRODUCT.identifier,
          TeamIdentifier: team,
          Comment: `The launchd job of ${PRODUCT.name}`,
        },
        {
          RuleType: 'BundleIdentifier',
          RuleValue: PRODUCT.identifier,
          TeamIdentifier: team,
          Comment: `The bundle under whose name Login Items shows the job`,
        },
      ],
    },
  };
}

/**
 * Forced preferences. In this envelope and not as a payload of the type `org.spillwatch.agent`, although macOS writes the same
 * file for both: Apple documents it (com.apple.ManagedClient.preferences.yaml), and Jamf Pro shows it as custom settings, while
 * of an unsigned profile with a payload type that it does not know nothing may be left (ProfileCreator issues 62 and 113).
 */
export function settingsPayload(settings: Readonly<Record<string, PlistValue>>): Payload {
  return {
    name: 'settings',
    type: PAYLOAD_TYPES.settings,
    title: `${PRODUCT.name}: settings`,
    text: `Settings of ${PRODUCT.name}. They beat those of its configuration file.`,
    keys: {
      PayloadContent: {
        [PRODUCT.identifier]: { Forced: [{ mcx_preference_settings: { ...settings } }] },
      },
    },
  };
}
