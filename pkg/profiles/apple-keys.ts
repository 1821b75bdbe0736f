/**
 * Keys of profiles and of the payloads that Spillwatch needs, with their types, as Apple publishes them: apple/device-management,
 * mdm/profiles/*.yaml of commit 39e2a82. A key that is not in its table is one that macOS does not know.
 */

export interface AppleKey {
  readonly type:
    | 'string'
    | 'boolean'
    | 'integer'
    | 'real'
    | 'array'
    | 'dictionary'
    | 'data'
    | 'date';
  readonly isRequired?: true;
  /** The only values there are. */
  readonly values?: readonly (string | number)[];
}

export type AppleKeys = Readonly<Record<string, AppleKey>>;

/** CommonPayloadKeys.yaml. */
const COMMON: AppleKeys = {
  PayloadIdentifier: { type: 'string', isRequired: true },
  PayloadUUID: { type: 'string', isRequired: true },
  PayloadType: { type: 'string', isRequired: true },
  PayloadVersion: { type: 'integer', isRequired: true, values: [1] },
  PayloadDescription: { type: 'string' },
  PayloadDisplayName: { type: 'string' },
  PayloadOrganization: { type: 'string' },
};

/** TopLevel.yaml. */
export const TOP_LEVEL_KEYS: AppleKeys = {
  ...COMMON,
  PayloadType: { type: 'string', isRequired: true, values: ['Configuration'] },
  PayloadContent: { type: 'array', isRequired: true },
  PayloadScope: { type: 'string', values: ['System', 'User'] },
  PayloadRemovalDisallowed: { type: 'boolean' },
  PayloadExpirationDate: { type: 'date' },
  HasRemovalPasscode: { type: 'boolean' },
  IsEncrypted: { type: 'boolean' },
  EncryptedPayloadContent: { type: 'data' },
  RemovalDate: { type: 'date' },
  DurationUntilRemoval: { type: 'real' },
  TargetDeviceType: { type: 'integer', values: [0, 1, 2, 3, 4, 5, 6] },
  ConsentText: { type: 'dictionary' },
};

/** com.apple.TCC.configuration-profile-policy.yaml. */
export const PRIVACY_KEYS: AppleKeys = {
  ...COMMON,
  Services: { type: 'dictionary', isRequired: true },
};

/** Services of that payload. Some can only be denied, and none but SystemPolicyAllFiles is needed. */
export const PRIVACY_SERVICES: ReadonlySet<string> = new Set([
  'Accessibility',
  'AddressBook',
  'AppleEvents',
  'Calendar',
  'Camera',
  'FileProviderPresence',
  'ListenEvent',
  'MediaLibrary',
  'Microphone',
  'Photos',
  'PostEvent',
  'Reminders',
  'ScreenCapture',
  'SpeechRecognition',
  'SystemPolicyAllFiles',
  'SystemPolicyAppBundles',
  'SystemPolicyAppData',
  'SystemPolicyDesktopFolder',
  'SystemPolicyDocumentsFolder',
  'SystemPolicyDownloadsFolder',
  'SystemPolicyNetworkVolumes',
  'SystemPolicyRemovableVolumes',
  'SystemPolicySysAdminFiles',
]);

/**
 * An entry of a service. Apple calls `Allowed` required and says in the same place that every entry has either it or
 * `Authorization`, so neither is required here. The keys of AppleEvents are not valid for other services.
 */
export const PRIVACY_ENTRY_KEYS: AppleKeys = {
  Identifier: { type: 'string', isRequired: true },
  IdentifierType: { type: 'string', isRequired: true, values: ['bundleID', 'path'] },
  CodeRequirement: { type: 'string', isRequired: true },
  StaticCode: { type: 'boolean' },
  Allowed: { type: 'boolean' },
  Authorization: {
    type: 'string',
    values: ['Allow', 'Deny', 'AllowStandardUserToSetSystemService'],
  },
  Comment: { type: 'string' },
};

/** com.apple.servicemanagement.yaml. */
export const BACKGROUND_KEYS: AppleKeys = {
  ...COMMON,
  Rules: { type: 'array', isRequired: true },
};

export const BACKGROUND_RULE_KEYS: AppleKeys = {
  RuleType: {
    type: 'string',
    isRequired: true,
    values: [
      'BundleIdentifier',
      'BundleIdentifierPrefix',
      'Label',
      'LabelPrefix',
      'TeamIdentifier',
    ],
  },
  RuleValue: { type: 'string', isRequired: true },
  Comment: { type: 'string' },
  TeamIdentifier: { type: 'string' },
};

/** com.apple.ManagedClient.preferences.yaml. */
export const PREFERENCES_KEYS: AppleKeys = {
  ...COMMON,
  PayloadContent: { type: 'dictionary', isRequired: true },
};

export const PREFERENCES_DOMAIN_KEYS: AppleKeys = {
  Forced: { type: 'array' },
  'Set-Once': { type: 'array' },
};

export const PREFERENCES_SETTINGS_KEYS: AppleKeys = {
  mcx_preference_settings: { type: 'dictionary', isRequired: true },
};

/** A payload whose type is a preference domain; its further keys are preferences. */
export const COMMON_KEYS = COMMON;
