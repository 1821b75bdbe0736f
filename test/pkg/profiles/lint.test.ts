import * as fc from 'fast-check';
import { build, type PlistValue, parse } from 'plist';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../../pkg/profiles/lint/read-profile.ts';
import { lintProfiles } from '../../../pkg/profiles/lint.ts';
import { type Plain, profileNamed, valueOf } from './wish.ts';

type Path = readonly (string | number)[];
type Change = readonly [path: Path, value: unknown];

function linted(...files: readonly (string | Buffer)[]): readonly string[] {
  const profiles = files.map((file, index) => ({
    path: files.length === 1 ? 'x' : `x${index + 1}`,
    bytes: Buffer.from(file),
  }));
  return lintProfiles(profiles, null).map(({ where, what }) => `${where}: ${what}`);
}

/** The faults of a profile in which other values stand at some places, or none where the value is `undefined`. */
function faultsWith(name: string, ...changes: readonly Change[]): readonly string[] {
  const profile = valueOf(profileNamed(name, { heartbeat: { minutes: 9 } }));
  for (const [path, value] of changes) {
    // The test knows what it changes.
    const place = path.slice(0, -1).reduce<Plain>((at, key) => at[key] as Plain, profile);
    if (value === undefined) delete place[path.at(-1) ?? ''];
    else place[path.at(-1) ?? ''] = value;
  }
  return linted(build(profile as Record<string, PlistValue>));
}

/** Data as this reader gives it. */
function asBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(asBuffers);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asBuffers(item)]));
}

const PAYLOAD: Path = ['PayloadContent', 0];

describe('what is written has no fault', () => {
  const names = ['background', 'privacy', 'settings', 'all'];

  it.each(names)('%s', (name) => {
    expect(linted(profileNamed(name))).toEqual([]);
  });

  it('nor have all of them together', () => {
    expect(linted(...names.map((name) => profileNamed(name)))).toEqual([]);
  });
});

describe('the file', () => {
  const signed = 'is signed; lint the profile before it is signed';

  it.each<[string, string | Buffer, string]>([
    ['signed, in DER', Buffer.from('3082010a06092a864886f70d010702', 'hex'), signed],
    ['signed, of no stated length', Buffer.from('308006092a864886f70d010702', 'hex'), signed],
    ['signed, in PEM', '-----BEGIN PKCS7-----\n', signed],
    ['binary', 'bplist00', 'is a binary property list; convert it: plutil -convert xml1'],
    ['empty', '', 'is no XML document'],
    ['text', 'hello', 'is no XML document'],
    ['cut off', '<plist><dict>', 'XML does not close <dict>'],
    ['with entities', '<!DOCTYPE a [<!ENTITY b "c">]><plist/>', 'XML defines entities'],
    ['too deep', '<array>'.repeat(70), 'XML is over 64 levels deep'],
    ['too long', Buffer.alloc(5_000_000, ' '), 'is longer than 4194304 bytes; name a profile'],
    ['no property list', '<html/>', 'is no property list'],
    ['an empty one', '<plist/>', 'is no property list'],
    ['two values', '<plist><dict/><dict/></plist>', 'is no property list'],
    ['an array', '<plist><array/></plist>', 'is no dictionary'],
    [
      'a key without value',
      '<plist><dict><key>a</key></dict></plist>',
      'has a key without value, or a value without key',
    ],
    [
      'a value without key',
      '<plist><dict><true/><true/></dict></plist>',
      'has a key without value, or a value without key',
    ],
    [
      'a number that is none',
      '<plist><dict><key>a</key><integer>one</integer></dict></plist>',
      'has the number one, which is none',
    ],
    [
      'an element of something else',
      '<plist><dict><key>a</key><b/></dict></plist>',
      'has <b>, which property lists do not have',
    ],
    [
      'a key twice',
      '<plist><dict><key>a</key><true/><key>a</key><false/></dict></plist>',
      'has the key a twice in a place',
    ],
  ])('%s', (_, bytes, fault) => {
    expect(linted(bytes)).toEqual([`x: ${fault}`]);
  });

  it('is read as the usual reader reads it', () => {
    const value = fc.letrec<{ tree: PlistValue }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        // The usual reader takes separators of lines and paragraphs for line feeds.
        fc.string({ unit: 'grapheme' }).filter((text) => !/[\u{85}\u{2028}\u{2029}]/u.test(text)),
        fc.boolean(),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
        fc.uint8Array(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[A-Za-z-]{1,8}$/), tie('tree'), { maxKeys: 4 }),
      ),
    })).tree;
    fc.assert(
      fc.property(value, (a) => {
        const text = build({ a });
        const usual = JSON.stringify(asBuffers(parse(text)));
        expect(JSON.stringify(readProfile(Buffer.from(text)))).toBe(usual);
      }),
    );
  });

  it('with any bytes in it has faults or none, and nothing worse', () => {
    const whole = Buffer.from(profileNamed('all', { heartbeat: { minutes: 9 } }));
    const cuts = fc.array(
      fc.tuple(fc.nat(whole.length), fc.nat(40), fc.uint8Array({ maxLength: 20 })),
      { minLength: 1, maxLength: 3 },
    );
    const spoilt = cuts.map((list) =>
      list.reduce(
        (bytes, [at, length, put]) =>
          Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)]),
        whole,
      ),
    );
    fc.assert(
      fc.property(spoilt, (bytes) => {
        expect(linted(bytes)).toBeInstanceOf(Array);
      }),
    );
  });

  it('with a byte order mark is read', () => {
    expect(linted(`\uFEFF${profileNamed('privacy')}`)).toEqual([]);
  });
});

describe('the profile', () => {
  const identifier = 'org.spillwatch.agent.profile.privacy';
  const uuid = '901CB120-0016-85E8-9312-6CEEBF500D13';

  it.each<[string, Path, unknown, string]>([
    ['an unknown key', ['Scope'], 'a', 'x: has the key Scope, which Apple does not know'],
    ['no identifier', ['PayloadIdentifier'], undefined, 'x: lacks the key PayloadIdentifier'],
    [
      'an identifier of another form',
      ['PayloadIdentifier'],
      'my profile',
      'x: PayloadIdentifier my profile is not of the form org.example.name',
    ],
    [
      'a type that is none',
      ['PayloadType'],
      'Profile',
      'x: PayloadType is "Profile", not Configuration',
    ],
    ['a version that is none', ['PayloadVersion'], 2, 'x: PayloadVersion is 2, not 1'],
    ['a version in text', ['PayloadVersion'], '1', 'x: PayloadVersion is no integer'],
    ['a UUID that is none', ['PayloadUUID'], 'abc', 'x: PayloadUUID ABC is no UUID'],
    [
      'the scope of a user',
      ['PayloadScope'],
      'User',
      'x: PayloadScope is not System; the agent is of the Mac, not of a user',
    ],
    [
      'a question to a user',
      ['ConsentText'],
      {},
      'x: ConsentText asks a user, and at the login window there is none',
    ],
    ['no payload', ['PayloadContent'], [], 'x: has no payload'],
    ['a payload that is none', ['PayloadContent', 1], 'a', 'x payload 2: is no dictionary'],
    [
      'a payload of another type',
      ['PayloadContent', 1],
      {
        PayloadType: 'com.apple.dock',
        PayloadIdentifier: 'a.b',
        PayloadUUID: '00000000-0000-8000-8000-000000000000',
        PayloadVersion: 1,
      },
      'x payload 2: is of type com.apple.dock, which the agent needs nothing of; give it a profile of its own',
    ],
    [
      'a UUID twice',
      [...PAYLOAD, 'PayloadUUID'],
      uuid.toLowerCase(),
      `x payload 1: PayloadUUID ${uuid} is that of x too`,
    ],
    [
      'an identifier twice',
      [...PAYLOAD, 'PayloadIdentifier'],
      identifier,
      `x payload 1: PayloadIdentifier ${identifier} is that of x too`,
    ],
  ])('%s', (_, path, value, fault) => {
    expect(faultsWith('privacy', [path, value])).toEqual([fault]);
  });

  it('twice in a set is named', () => {
    const faults = linted(profileNamed('privacy'), profileNamed('privacy'));
    expect(faults).toContain(`x2: PayloadIdentifier ${identifier} is that of x1 too`);
    expect(faults).toHaveLength(4);
  });
});

describe('Full Disk Access', () => {
  const services: Path = [...PAYLOAD, 'Services'];
  const agent: Path = [...services, 'SystemPolicyAllFiles', 0];
  const sensor: Path = [...services, 'SystemPolicyAllFiles', 1];
  const atAgent = 'x payload 1 SystemPolicyAllFiles 1';
  const atSensor = 'x payload 1 SystemPolicyAllFiles 2';
  const anybody = `${atAgent}: CodeRequirement names no Team ID, so that anybody could be meant`;

  it.each<[string, Path, unknown, readonly string[]]>([
    [
      'an unknown key',
      [...agent, 'Allow'],
      true,
      [`${atAgent}: has the key Allow, which Apple does not know`],
    ],
    [
      'a key of AppleEvents',
      [...agent, 'AEReceiverIdentifier'],
      'a',
      [`${atAgent}: has the key AEReceiverIdentifier, which Apple does not know`],
    ],
    [
      'two answers',
      [...agent, 'Authorization'],
      'Allow',
      [`${atAgent}: has both Allowed and Authorization, of which Apple takes one`],
    ],
    [
      'no answer',
      [...agent, 'Allowed'],
      undefined,
      [`${atAgent}: has neither Allowed nor Authorization`],
    ],
    ['a denial', [...agent, 'Allowed'], false, [`${atAgent}: denies, and a denial beats a grant`]],
    ['an answer in text', [...agent, 'Allowed'], 'true', [`${atAgent}: Allowed is no boolean`]],
    [
      'a kind of identifier that is none',
      [...sensor, 'IdentifierType'],
      'file',
      [
        `${atSensor}: IdentifierType is "file", not bundleID or path`,
        `${atSensor}: names the bundle /usr/bin/eslogger, the agent is org.spillwatch.agent`,
      ],
    ],
    [
      'no requirement',
      [...agent, 'CodeRequirement'],
      undefined,
      [`${atAgent}: lacks the key CodeRequirement`, anybody],
    ],
    [
      'a requirement without team',
      [...agent, 'CodeRequirement'],
      'identifier "org.spillwatch.agent" and anchor apple generic',
      [anybody],
    ],
    [
      'a requirement that other certificates of the team meet',
      [...agent, 'CodeRequirement'],
      'anchor apple generic and certificate leaf[subject.OU] = "ABCDE12345"',
      [
        expect.stringContaining(
          `${atAgent}: CodeRequirement is not that of a Developer ID: identifier "org.spillwatch.agent" and`,
        ),
      ],
    ],
    [
      'another requirement for the sensor',
      [...sensor, 'CodeRequirement'],
      'anchor apple',
      [
        `${atSensor}: CodeRequirement is not that of /usr/bin/eslogger: identifier "com.apple.eslogger" and anchor apple`,
      ],
    ],
    [
      'another program',
      [...sensor, 'Identifier'],
      '/bin/sh',
      [`${atSensor}: names /bin/sh, which is neither the agent nor /usr/bin/eslogger`],
    ],
    [
      'another bundle',
      [...agent, 'Identifier'],
      'org.spillwatch',
      [
        `${atAgent}: names the bundle org.spillwatch, the agent is org.spillwatch.agent`,
        'x payload 1: does not give Full Disk Access to org.spillwatch.agent',
      ],
    ],
    [
      'another service',
      [...services, 'Camera'],
      [],
      ['x payload 1 Camera: is more than the agent needs, which is SystemPolicyAllFiles alone'],
    ],
    [
      'an unknown service',
      [...services, 'AllFiles'],
      [],
      ['x payload 1 AllFiles: is a service that Apple does not know'],
    ],
    [
      'no services',
      services,
      {},
      ['x payload 1: does not give Full Disk Access to org.spillwatch.agent'],
    ],
  ])('%s', (_, path, value, faults) => {
    expect(faultsWith('privacy', [path, value])).toEqual(faults);
  });

  it('by the path of the program is none', () => {
    const program =
      '/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch';
    expect(
      faultsWith(
        'privacy',
        [[...agent, 'Identifier'], program],
        [[...agent, 'IdentifierType'], 'path'],
      ),
    ).toEqual([
      `${atAgent}: names the agent by its path; a bundle is named by its identifier, org.spillwatch.agent`,
      'x payload 1: does not give Full Disk Access to org.spillwatch.agent',
    ]);
  });

  it('takes no word of other services', () => {
    const word = 'AllowStandardUserToSetSystemService';
    expect(
      faultsWith(
        'privacy',
        [[...agent, 'Allowed'], undefined],
        [[...agent, 'Authorization'], word],
      ),
    ).toEqual([`${atAgent}: Authorization ${word} is not for SystemPolicyAllFiles`]);
  });

  it('takes Authorization instead of Allowed, and a requirement as codesign prints it', () => {
    const requirement =
      'identifier "org.spillwatch.agent" and anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6] /* exists */ and certificate leaf[field.1.2.840.113635.100.6.1.13] /* exists */ and certificate leaf[subject.OU] = ABCDE12345';
    expect(
      faultsWith(
        'privacy',
        [[...agent, 'Allowed'], undefined],
        [[...agent, 'Authorization'], 'Allow'],
        [[...agent, 'CodeRequirement'], requirement],
      ),
    ).toEqual([]);
  });
});

describe('background items', () => {
  const rules: Path = [...PAYLOAD, 'Rules'];
  const nothing = 'x payload 1: has no rule for the job org.spillwatch.agent';

  it.each<[string, Path, unknown, readonly string[]]>([
    [
      'an unknown key',
      [...rules, 0, 'Team'],
      'x',
      ['x payload 1 rule 1: has the key Team, which Apple does not know'],
    ],
    [
      'an unknown type',
      [...rules, 1, 'RuleType'],
      'Path',
      [
        'x payload 1 rule 2: RuleType is "Path", not BundleIdentifier or BundleIdentifierPrefix or Label or LabelPrefix or TeamIdentifier',
      ],
    ],
    [
      'another label',
      [...rules, 0, 'RuleValue'],
      'org.spillwatch',
      ['x payload 1 rule 1: Label is org.spillwatch, the job is org.spillwatch.agent', nothing],
    ],
    [
      'another bundle',
      [...rules, 1, 'RuleValue'],
      'org.spillwatch',
      [
        'x payload 1 rule 2: BundleIdentifier is org.spillwatch, the bundle is org.spillwatch.agent',
      ],
    ],
    [
      'a prefix with a star',
      [...rules, 1],
      { RuleType: 'BundleIdentifierPrefix', RuleValue: 'org.spillwatch.*' },
      ['x payload 1 rule 2: prefix org.spillwatch.* must not end in a star or a dot'],
    ],
    [
      'a prefix of something else',
      [...rules, 1],
      { RuleType: 'LabelPrefix', RuleValue: 'com.example' },
      ['x payload 1 rule 2: prefix com.example does not fit org.spillwatch.agent'],
    ],
    [
      'a team that is none',
      [...rules, 0, 'TeamIdentifier'],
      'abc',
      ['x payload 1 rule 1: TeamIdentifier is abc, which is no Team ID'],
    ],
    [
      'a rule for a team that is none',
      [...rules, 1],
      { RuleType: 'TeamIdentifier', RuleValue: 'abc' },
      ['x payload 1 rule 2: RuleValue is abc, which is no Team ID'],
    ],
    [
      'two teams',
      [...rules, 1, 'TeamIdentifier'],
      'ZZZZZ99999',
      ['x payload 1 rule 2: names the team ZZZZZ99999, x payload 1 rule 1 names ABCDE12345'],
    ],
    ['no rules', rules, [], [nothing]],
    [
      'no rule for the job',
      rules,
      [{ RuleType: 'BundleIdentifier', RuleValue: 'org.spillwatch.agent' }],
      [nothing],
    ],
  ])('%s', (_, path, value, faults) => {
    expect(faultsWith('background', [path, value])).toEqual(faults);
  });

  it.each([
    ['TeamIdentifier', 'ABCDE12345'],
    ['LabelPrefix', 'org.spillwatch'],
  ])('a rule of type %s is enough', (RuleType, RuleValue) => {
    expect(faultsWith('background', [rules, [{ RuleType, RuleValue }]])).toEqual([]);
  });
});

describe('settings', () => {
  const content: Path = [...PAYLOAD, 'PayloadContent'];
  const domain: Path = [...content, 'org.spillwatch.agent'];
  const forced: Path = [...domain, 'Forced', 0];
  const settings: Path = [...forced, 'mcx_preference_settings'];
  const at = 'x payload 1 org.spillwatch.agent';

  it.each<[string, Path, unknown, readonly string[]]>([
    [
      'an unknown key',
      [...settings, 'outboxes'],
      1,
      [expect.stringContaining(`${at} Forced 1: outboxes: is not a key of the configuration`)],
    ],
    [
      'a bad value',
      [...settings, 'heartbeat', 'minutes'],
      0,
      [`${at} Forced 1: heartbeat.minutes: must be a number from 1 to 1440`],
    ],
    [
      'a date',
      [...settings, 'userPrivilegeLevel'],
      new Date(0),
      [expect.stringContaining(`${at} Forced 1: userPrivilegeLevel: must be an object`)],
    ],
    [
      'a bad destination',
      [...settings, 'deliver'],
      [{ type: 'file' }],
      [`${at} Forced 1: deliver, item 1: path is missing; add it`],
    ],
    [
      'a secret in the open',
      [...settings, 'deliver'],
      [{ type: 'file', path: '/x', token: 'x1y2z3' }],
      [
        expect.stringContaining(`${at} Forced 1: deliver, item 1: token is a secret in the open`),
        `${at} Forced 1: deliver, item 1: token is no key of this type; remove it`,
      ],
    ],
    [
      'another domain',
      [...content, 'org.spillwatch'],
      {},
      [
        'x payload 1 org.spillwatch: is another domain than org.spillwatch.agent, which the agent reads',
      ],
    ],
    ['no domain', content, {}, ['x payload 1: has no settings for org.spillwatch.agent']],
    [
      'Set-Once',
      [...domain, 'Set-Once'],
      [],
      [`${at}: has Set-Once; settings of the agent are Forced`],
    ],
    [
      'an unknown kind',
      [...domain, 'Often'],
      [],
      [`${at}: has the key Often, which Apple does not know`],
    ],
    ['nothing forced', [...domain, 'Forced'], [], [`${at}: has 0 of Forced, not one`]],
    [
      'an unknown key beside them',
      [...forced, 'settings'],
      {},
      [`${at} Forced 1: has the key settings, which Apple does not know`],
    ],
  ])('%s', (_, path, value, faults) => {
    expect(faultsWith('settings', [path, value])).toEqual(faults);
  });

  it.each<[number, readonly string[]]>([
    [9, []],
    [0, ['x payload 1: heartbeat.minutes: must be a number from 1 to 1440']],
  ])('in a payload of the type of their domain are checked too: %d minutes', (minutes, faults) => {
    expect(
      faultsWith(
        'settings',
        [content, undefined],
        [[...PAYLOAD, 'PayloadType'], 'org.spillwatch.agent'],
        [[...PAYLOAD, 'heartbeat'], { minutes }],
      ),
    ).toEqual(faults);
  });
});
