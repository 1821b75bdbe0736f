import { describe, expect, it } from 'vitest';
import type { HealthEvent } from '../../../agent/health/health.ts';
import { likelyCauses, type Unseen } from '../../../agent/simulation/causes.ts';

const CALM = {
  troubles: [],
  permissions: { fullDiskAccess: 'granted' },
  configuration: [
    {
      key: 'userPrivilegeLevel',
      value: { admin: 'ignore', unassigned: 'alert' },
      origin: 'default',
    },
  ],
} as const;

const NOTHING_SEEN: Unseen = {
  stateFolder: '/state',
  scenario: {
    evidence: 'named-in-upload-command',
    exportFolder: '/Users/maria/Downloads',
    departure: { kind: 'upload-command' },
  },
  performed: [],
  seen: new Set(),
  report: CALM,
  run: null,
};
const RUN = { userId: 501, user: 'maria', role: 'admin', roleSource: 'local-admin' } as const;

function trouble(code: HealthEvent['code'], part = 'endpoint-security'): HealthEvent {
  return { timeUs: 1, part, code, state: 'raised', subject: null, detail: 'it says so' };
}

function causes(change: Partial<Unseen>): string {
  return likelyCauses({ ...NOTHING_SEEN, ...change }).join('\n');
}

describe('likelyCauses', () => {
  it('says nothing when all legs were seen', () => {
    expect(causes({ seen: new Set([1, 2, 3]), report: null })).toBe('');
  });

  it('puts what did not happen before everything else, once', () => {
    const problem = '/usr/bin/curl: cannot be started';
    const performed = ([2, 3] as const).map((leg) => ({ leg, startedMs: 0, problem }));
    expect(likelyCauses({ ...NOTHING_SEEN, performed, run: RUN })).toEqual([
      `it did not happen on this host: ${problem}`,
    ]);
  });

  it('says that an ignored role is silent by policy, and what shows it', () => {
    const text = causes({ run: RUN, report: { ...CALM, troubles: [trouble('helper-exited')] } });
    expect(text).toContain('silent by policy: role admin (by local-admin) is set to ignore');
    expect(text).toContain("spillwatch explain --state '/state' --user maria");
    expect(text).not.toContain('helper');
  });

  it('says that a rule or exception keeps a recorded run silent when the role is not ignored', () => {
    expect(causes({ run: { ...RUN, role: 'unassigned' } })).toContain(
      'an exception keeps it silent',
    );
  });

  it('says that the run of a service account is never a finding', () => {
    expect(causes({ run: { ...RUN, userId: 0 } })).toContain(
      'run the simulation in the session of a user',
    );
  });

  it('does not blame the role when a part was seen', () => {
    expect(causes({ run: RUN, seen: new Set([1]) })).not.toContain('silent');
  });

  it.each<[HealthEvent['code'], string]>([
    ['not-permitted', 'grant Full Disk Access'],
    ['helper-missing', 'correct endpointSecurity.command'],
    ['canary-missing', 'the agent does not see'],
  ])('repeats the trouble %s of the agent with its remedy', (code, remedy) => {
    const text = causes({ report: { ...CALM, troubles: [trouble(code)] } });
    expect(text).toContain(`endpoint-security ${code} (it says so): `);
    expect(text).toContain(remedy);
  });

  it('names missing Full Disk Access once, also when no source complained', () => {
    const denied = { ...CALM, permissions: { fullDiskAccess: 'denied' } } as const;
    expect(causes({ report: denied })).toMatch(/^no Full Disk Access: grant/);
    const both = { ...denied, troubles: [trouble('not-permitted')] };
    expect(likelyCauses({ ...NOTHING_SEEN, report: both })).toHaveLength(1);
  });

  it('says that the agent ended meanwhile', () => {
    expect(causes({ report: null })).toContain('no longer answers');
  });

  it('points at the first leg that is missing when the agent knows no trouble', () => {
    expect(causes({})).toContain('saw no start of the tool');
    expect(causes({ seen: new Set([1]) })).toContain('does not take /Users/maria/Downloads for');
    expect(causes({ seen: new Set([1, 2]) })).toContain('the uploader or its arguments');
    const scenario = {
      evidence: 'landed-in-sync-folder',
      exportFolder: '/Users/maria/Downloads',
      departure: { kind: 'copy', folder: '/Users/maria/Stuff' },
    } as const;
    expect(causes({ seen: new Set([1, 2]), scenario })).toContain(
      '/Users/maria/Stuff is in no folder',
    );
  });
});
