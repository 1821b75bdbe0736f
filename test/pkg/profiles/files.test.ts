import { describe, expect, it } from 'vitest';
import { readLayers } from '../../../agent/config.ts';
import { backgroundPayload } from '../../../pkg/profiles/payloads.ts';
import { filesFor, type Plain, profileNamed, TEAM, valueOf } from './wish.ts';

const NAMES = ['background', 'privacy', 'settings', 'all'];
const REQUIREMENT = `identifier "org.spillwatch.agent" and anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6] /* exists */ and certificate leaf[field.1.2.840.113635.100.6.1.13] /* exists */ and certificate leaf[subject.OU] = "${TEAM}"`;

function payload(name: string): Plain {
  return valueOf(profileNamed(name)).PayloadContent[0] ?? {};
}

/** Every value under a key, anywhere. */
function all(value: unknown, key: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    ...(name === key ? [item] : []),
    ...all(item, key),
  ]);
}

/** Of all profiles and payloads. */
function ids(key: string, files: ReadonlyMap<string, string>): readonly unknown[] {
  return NAMES.flatMap((name) =>
    all(valueOf(files.get(`spillwatch-${name}.mobileconfig`) ?? ''), key),
  );
}

describe('the files', () => {
  it('are three profiles, one with all three, the form of Jamf and the identifiers', () => {
    expect([...filesFor().keys()]).toEqual([
      ...NAMES.map((name) => `spillwatch-${name}.mobileconfig`),
      'spillwatch.jamf-schema.json',
      'spillwatch-identifiers.md',
      'spillwatch-identifiers.json',
    ]);
  });

  it('are the same bytes each time', () => {
    const settings = { heartbeat: { minutes: 9 } };
    expect([...filesFor(settings)]).toEqual([...filesFor(settings)]);
  });

  it('are in XML of Apple and end in a line end', () => {
    for (const name of NAMES)
      expect(profileNamed(name)).toMatch(
        /^<\?xml [^>]*>\n<!DOCTYPE plist [^[]*>\n<plist [\s\S]*<\/plist>\n$/,
      );
  });
});

describe('every profile', () => {
  it.each(NAMES)('%s is for the Mac, asks nobody and can be removed by a tester', (name) => {
    const { PayloadContent, ...profile } = valueOf(profileNamed(name));
    expect(PayloadContent).toHaveLength(name === 'all' ? 3 : 1);
    expect(profile).toEqual({
      PayloadDescription: expect.any(String),
      PayloadDisplayName: expect.stringMatching(/^Spillwatch/),
      PayloadIdentifier: `org.spillwatch.agent.profile.${name}`,
      PayloadOrganization: 'Example',
      PayloadScope: 'System',
      PayloadType: 'Configuration',
      PayloadUUID: expect.stringMatching(
        /^[\dA-F]{8}-[\dA-F]{4}-8[\dA-F]{3}-[89AB][\dA-F]{3}-[\dA-F]{12}$/,
      ),
      PayloadVersion: 1,
    });
  });

  it('has identifiers and UUIDs of its own, which nothing in it changes', () => {
    for (const key of ['PayloadUUID', 'PayloadIdentifier']) {
      const one = ids(key, filesFor());
      expect(new Set(one).size).toBe(NAMES.length + 6);
      expect(ids(key, filesFor({ heartbeat: { minutes: 9 } }, 'ZZZZZ99999'))).toEqual(one);
    }
  });
});

describe('Full Disk Access', () => {
  it('is for the agent by its signature, and for the sensor of macOS', () => {
    const { Services, PayloadType } = payload('privacy');
    expect(PayloadType).toBe('com.apple.TCC.configuration-profile-policy');
    expect(Services).toEqual({
      SystemPolicyAllFiles: [
        {
          Allowed: true,
          CodeRequirement: REQUIREMENT,
          Comment: expect.any(String),
          Identifier: 'org.spillwatch.agent',
          IdentifierType: 'bundleID',
          StaticCode: false,
        },
        {
          Allowed: true,
          CodeRequirement: 'identifier "com.apple.eslogger" and anchor apple',
          Comment: expect.stringContaining('codesign -dr - /usr/bin/eslogger'),
          Identifier: '/usr/bin/eslogger',
          IdentifierType: 'path',
          StaticCode: false,
        },
      ],
    });
  });
});

describe('the background item', () => {
  it('is allowed by label and by bundle, each of that team only', () => {
    const { Rules, PayloadType } = payload('background');
    const comment: unknown = expect.any(String);
    const rule = { RuleValue: 'org.spillwatch.agent', TeamIdentifier: TEAM, Comment: comment };
    expect(PayloadType).toBe('com.apple.servicemanagement');
    expect(Rules).toEqual([
      { RuleType: 'Label', ...rule },
      { RuleType: 'BundleIdentifier', ...rule },
    ]);
  });

  it('opens nothing else of the team', () => {
    expect(all(backgroundPayload(TEAM), 'RuleType')).not.toContain('TeamIdentifier');
  });
});

describe('settings', () => {
  const settings = {
    roles: { users: { 'sam*': 'developer', 'ä & <ö>': 'admin' }, groups: { '': 'unknown' } },
    userPrivilegeLevel: { admin: 'alert' },
    cloud: { domains: { add: { 'files.example.net': 'example-drive' }, remove: [] } },
    windows: { exportMinutes: 60, flowMinutes: 1.5 },
    endpointSecurity: { command: ['/opt/es helper', '--json', 'a\nb\r\nc'], events: 'default' },
    network: { resolver: false },
    deliver: [
      {
        type: 'syslog',
        host: 'logs.example.com',
        port: 6514,
        tls: { caFile: '/etc/spillwatch/ca.pem' },
      },
      { type: 'file', path: '/Library/Logs/Spillwatch/findings.jsonl', keep: 5 },
    ],
  };

  function pushed(name: string): unknown {
    const payloads = valueOf(profileNamed(name, settings)).PayloadContent;
    const forced = all(payloads, 'mcx_preference_settings');
    expect(forced).toHaveLength(1);
    return forced[0];
  }

  it.each(['settings', 'all'])(
    'taken out of the profile %s they are the configuration that went in',
    (name) => {
      const read = readLayers({ managed: pushed(name) });
      const given = readLayers({ managed: settings });
      expect(read.problems).toEqual([]);
      expect(read.config).toEqual(given.config);
      expect([...read.settings.values()].map(({ origin }) => origin)).toEqual(
        [...given.settings.values()].map(({ origin }) => origin),
      );
      expect(pushed(name)).toEqual(settings);
    },
  );

  it('are forced, in the domain of the agent', () => {
    const { PayloadContent, PayloadType } = payload('settings');
    expect(PayloadType).toBe('com.apple.ManagedClient.preferences');
    expect(PayloadContent).toEqual({
      'org.spillwatch.agent': { Forced: [{ mcx_preference_settings: {} }] },
    });
  });
});

describe('the identifiers', () => {
  const deliver = [
    { type: 'syslog', host: 'logs.example.com' },
    {
      type: 'webhook',
      url: 'https://hook.example.com/a',
      proxy: { url: 'http://proxy.example.com:3128' },
    },
    { type: 'webhook', name: 'b', url: 'https://hook.example.com/b', proxy: 'none' },
    { type: 'sentinel', endpoint: 'https://in.example.com:8443' },
    { type: 'file', path: '/x' },
  ];
  const json: unknown = JSON.parse(filesFor({ deliver }).get('spillwatch-identifiers.json') ?? '');

  it('name product, code, paths and what must be reachable', () => {
    expect(json).toMatchObject({
      bundleIdentifier: 'org.spillwatch.agent',
      launchdLabel: 'org.spillwatch.agent',
      packageIdentifier: 'org.spillwatch.agent',
      preferenceDomain: 'org.spillwatch.agent',
      teamIdentifier: TEAM,
      codeRequirement: REQUIREMENT,
      minimumSystem: '13.5',
      paths: {
        executable:
          '/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch',
        launchDaemon: '/Library/LaunchDaemons/org.spillwatch.agent.plist',
        logRotation: '/private/etc/newsyslog.d/org.spillwatch.agent.conf',
        managedPreferences: '/Library/Managed Preferences/org.spillwatch.agent.plist',
        state: '/Library/Application Support/Spillwatch/db',
      },
      connectsTo: [
        'hook.example.com:443',
        'in.example.com:8443',
        'login.microsoftonline.com:443',
        'logs.example.com:6514',
        'proxy.example.com:3128',
      ],
    });
  });

  it('are those of the profiles', () => {
    const named = all(json, 'profiles').flat();
    expect(named).toEqual(
      NAMES.map((name) => {
        const { PayloadIdentifier, PayloadUUID } = valueOf(profileNamed(name));
        return {
          file: `spillwatch-${name}.mobileconfig`,
          identifier: PayloadIdentifier,
          uuid: PayloadUUID,
        };
      }),
    );
  });

  it('are on a page too', () => {
    const page = filesFor({ deliver }).get('spillwatch-identifiers.md') ?? '';
    for (const text of [TEAM, REQUIREMENT, 'hook.example.com:443', '/Library/Logs/Spillwatch'])
      expect(page).toContain(text);
    expect(page).not.toContain('undefined');
  });
});
