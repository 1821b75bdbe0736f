import { describe, expect, it } from 'vitest';
import { Desk, LENA, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

interface Case {
  readonly title: string;
  readonly groups: readonly string[];
  readonly complete?: boolean;
  readonly roles?: object;
  readonly role: string;
  readonly roleSource: string;
}

const LOUD = { developer: 'alert', admin: 'alert', unassigned: 'alert', unknown: 'alert' };

describe('the role of a user', () => {
  it.each<Case>([
    {
      title: 'in the managed user map',
      groups: ['staff'],
      roles: { users: { lena: 'developer' } },
      role: 'developer',
      roleSource: 'managed-user',
    },
    {
      title: 'in the managed user map and group map',
      groups: ['dba'],
      roles: { users: { lena: 'unassigned' }, groups: { dba: 'admin' } },
      role: 'unassigned',
      roleSource: 'managed-user',
    },
    {
      title: 'in the managed group map',
      groups: ['staff', 'dba'],
      roles: { groups: { dba: 'developer' } },
      role: 'developer',
      roleSource: 'managed-group',
    },
    {
      title: 'in a managed group, who is a local admin',
      groups: ['admin', 'sales'],
      roles: { groups: { sales: 'unassigned' } },
      role: 'unassigned',
      roleSource: 'managed-group',
    },
    {
      title: 'mapped by name, who is a local admin',
      groups: ['admin'],
      roles: { users: { lena: 'unassigned' } },
      role: 'unassigned',
      roleSource: 'managed-user',
    },
    {
      title: 'in the group admin',
      groups: ['staff', 'admin'],
      role: 'admin',
      roleSource: 'local-admin',
    },
    {
      title: 'in _developer and admin',
      groups: ['_developer', 'admin'],
      role: 'admin',
      roleSource: 'local-admin',
    },
    {
      title: 'in _developer',
      groups: ['_developer'],
      role: 'developer',
      roleSource: 'developer-group',
    },
    {
      title: 'in a complete record without any of these',
      groups: ['staff'],
      role: 'unassigned',
      roleSource: 'account-record',
    },
    {
      title: 'in groups that only look like these',
      groups: ['Administrators', 'developer', 'admins', '_developers'],
      role: 'unassigned',
      roleSource: 'account-record',
    },
    {
      title: 'in an incomplete record',
      groups: ['staff'],
      complete: false,
      role: 'unknown',
      roleSource: 'none',
    },
    {
      title: 'in an incomplete record that shows admin',
      groups: ['admin'],
      complete: false,
      role: 'admin',
      roleSource: 'local-admin',
    },
    {
      title: 'in an incomplete record that shows _developer',
      groups: ['_developer'],
      complete: false,
      role: 'developer',
      roleSource: 'developer-group',
    },
    {
      title: 'in an incomplete record and the user map',
      groups: [],
      complete: false,
      roles: { users: { lena: 'unassigned' } },
      role: 'unassigned',
      roleSource: 'managed-user',
    },
    {
      title: 'in an incomplete record and the group map',
      groups: ['dba'],
      complete: false,
      roles: { groups: { dba: 'unassigned' } },
      role: 'unassigned',
      roleSource: 'managed-group',
    },
    {
      title: 'whose like-named neighbour is mapped',
      groups: ['staff'],
      roles: { users: { lenaa: 'developer', len: 'admin' } },
      role: 'unassigned',
      roleSource: 'account-record',
    },
  ])(
    '$title is $role by $roleSource',
    ({ groups, complete = true, roles = {}, role, roleSource }) => {
      const desk = new Desk({ user: { uid: 503, name: 'lena', groups }, complete });
      desk.dump();
      expect(desk.findings({ roles, userPrivilegeLevel: LOUD })).toMatchObject([
        { role, roleSource, user: 'lena', stage: 'export' },
      ]);
    },
  );

  it('that a complete list does not hold is unknown, without a name', () => {
    const desk = new Desk({ users: [{ uid: 504, name: 'omar' }] });
    desk.dump('Desktop/a.sql');
    expect(desk.emissions()).toMatchObject([
      {
        stage: 'tool',
        user: null,
        uid: 503,
        role: 'unknown',
        roleSource: 'none',
        severity: 'informational',
        confidence: 'low',
      },
      { stage: 'export', user: null, role: 'unknown', severity: 'medium', confidence: 'medium' },
    ]);
  });

  it('without groups in a complete record is unknown, unless the user map says', () => {
    const desk = new Desk({ users: [] });
    const { uid, name } = desk.user;
    const accounts = [{ uid, name, home: desk.home }];
    desk.story.envelope({ source: 'host', uuid: 'A', complete: true, accounts });
    desk.dump('Desktop/a.sql');
    expect(desk.findings()).toMatchObject([{ user: 'lena', role: 'unknown', roleSource: 'none' }]);
    expect(desk.findings({ roles: { users: { lena: 'unassigned' } } })).toMatchObject([
      { role: 'unassigned', roleSource: 'managed-user' },
    ]);
  });

  it('without any host record is unknown', () => {
    const desk = new Desk({ users: [], complete: false });
    desk.dump('Desktop/a.sql');
    expect(desk.findings()).toMatchObject([{ user: null, role: 'unknown', stage: 'export' }]);
  });

  it('of an unknown user is learned from a later record, and the next emission has it', () => {
    const desk = new Desk({ complete: false });
    const tool = desk.type(MAC_PROGRAMS.mariadb, 'mariadb');
    desk.story.host([desk.user], true);
    desk.story.write(tool, desk.at('Desktop/a.csv'));
    expect(desk.emissions()).toMatchObject([
      { role: 'unknown', severity: 'informational' },
      { role: 'unassigned', roleSource: 'account-record', severity: 'medium', confidence: 'high' },
    ]);
  });
});

describe('a developer or admin', () => {
  it.each([['_developer'], ['admin']])(
    'is left alone by default, however far it goes: %s',
    (group) => {
      const desk = new Desk({ user: { uid: 503, name: 'lena', groups: [group] } });
      desk.dump('Dropbox/a.sql');
      expect(desk.findings()).toEqual([]);
    },
  );
});

describe('an account record that cannot be read', () => {
  it('leaves what is known of the accounts as it was', () => {
    const desk = new Desk();
    desk.story.envelope({ source: 'host', accounts: 'nobody' });
    desk.type(PROGRAMS.psql, 'psql crm');
    expect(desk.findings()).toMatchObject([{ user: 'lena', role: 'unassigned' }]);
  });
});

describe('a role that changes between two runs of a tool', () => {
  const DEVELOPER = { ...LENA, groups: ['staff', '_developer'] };

  it('from developer begins a chain that is alerted', () => {
    const desk = changing(DEVELOPER, LENA);
    expect(desk.findings()).toMatchObject([{ role: 'unassigned', stage: 'export', count: 1 }]);
    expect(desk.stages()).toEqual(['tool', 'export']);
  });

  it('to developer leaves the finding before as it was', () => {
    expect(changing(LENA, DEVELOPER).findings()).toMatchObject([
      { role: 'unassigned', stage: 'tool', count: 1 },
    ]);
  });

  it('is none when the groups change and the role does not', () => {
    const staff = { ...LENA, groups: ['staff', 'finance'] };
    expect(changing(LENA, staff).findings()).toMatchObject([{ stage: 'export', count: 2 }]);
  });
});

/** One run under the first account record, a second one that exports under the other. */
function changing(before: typeof LENA, after: typeof LENA): Desk {
  const desk = new Desk({ user: before, users: [before, OMAR] });
  desk.type(PROGRAMS.psql, 'psql crm');
  desk.story.wait(7200).host([after, OMAR]).wait(3600);
  const psql = desk.type(PROGRAMS.psql, 'psql crm');
  desk.story.write(psql, desk.at('Documents/crm.csv'));
  return desk;
}
