import { describe, expect, it } from 'vitest';
import { Accounts, type RoleMaps } from '../../../agent/context/accounts.ts';
import type { Account, HostSeen } from '../../../collectors/event.ts';
import type { Role } from '../../../rules/finding.ts';

const NO_MAPS: RoleMaps = { users: new Map(), groups: new Map() };

function account(given: Partial<Account> = {}): Account {
  const name = given.name ?? 'maria';
  return {
    uid: 501,
    name,
    home: `/Users/${name}`,
    groups: ['staff'],
    folders: new Map(),
    ...given,
  };
}

function hostOf(accounts: readonly Account[], complete = true): HostSeen {
  return {
    kind: 'host.seen',
    collector: 'host',
    timeUs: 0,
    hostname: 'mac-17',
    hostId: '6F1C0F5A',
    osVersion: '15.6.1',
    complete,
    accounts,
  };
}

function accountsOf(accounts: readonly Account[], complete = true, maps = NO_MAPS): Accounts {
  const known = new Accounts(maps);
  known.replace(hostOf(accounts, complete));
  return known;
}

function mapsOf(
  users: Readonly<Record<string, Role>>,
  groups: Readonly<Record<string, Role>> = {},
): RoleMaps {
  return { users: new Map(Object.entries(users)), groups: new Map(Object.entries(groups)) };
}

describe('the role of a user', () => {
  const everything = ['staff', 'engineering', 'admin', '_developer'];
  it.each<[string, readonly string[], RoleMaps, boolean, Role, string]>([
    [
      'the user map before all',
      everything,
      mapsOf({ maria: 'developer' }, { engineering: 'admin' }),
      true,
      'developer',
      'managed-user',
    ],
    [
      'the group map before local groups',
      everything,
      mapsOf({}, { engineering: 'developer' }),
      true,
      'developer',
      'managed-group',
    ],
    ['admin before _developer', everything, NO_MAPS, true, 'admin', 'local-admin'],
    ['_developer before the record', ['_developer'], NO_MAPS, true, 'developer', 'developer-group'],
    ['the record alone', ['staff'], NO_MAPS, true, 'unassigned', 'account-record'],
    ['a record without groups', [], NO_MAPS, true, 'unassigned', 'account-record'],
    [
      'a map that takes a local admin the role away',
      ['admin'],
      mapsOf({ maria: 'unassigned' }),
      true,
      'unassigned',
      'managed-user',
    ],
    [
      'a group map that says unassigned',
      ['admin', 'sales'],
      mapsOf({}, { sales: 'unassigned' }),
      true,
      'unassigned',
      'managed-group',
    ],
    [
      'a map that says unknown',
      ['admin'],
      mapsOf({ maria: 'unknown' }),
      true,
      'unknown',
      'managed-user',
    ],
    [
      'the first of two mapped groups',
      ['b', 'a'],
      mapsOf({}, { a: 'admin', b: 'developer' }),
      true,
      'admin',
      'managed-group',
    ],
    [
      'maps of others',
      ['staff'],
      mapsOf({ sam: 'admin' }, { engineering: 'admin' }),
      true,
      'unassigned',
      'account-record',
    ],
    [
      'a group that only looks like admin',
      ['_lpadmin', 'administrators'],
      NO_MAPS,
      true,
      'unassigned',
      'account-record',
    ],
    [
      'an incomplete list with a user map',
      ['staff'],
      mapsOf({ maria: 'developer' }),
      false,
      'developer',
      'managed-user',
    ],
    [
      'an incomplete list with a group map',
      ['engineering'],
      mapsOf({}, { engineering: 'developer' }),
      false,
      'developer',
      'managed-group',
    ],
    ['an incomplete list that shows admin', ['admin'], NO_MAPS, false, 'admin', 'local-admin'],
    [
      'an incomplete list that shows _developer',
      ['_developer'],
      NO_MAPS,
      false,
      'developer',
      'developer-group',
    ],
    ['an incomplete list that shows nothing', ['staff'], NO_MAPS, false, 'unknown', 'none'],
  ])('by %s', (_, groups, given, complete, role, source) => {
    expect(accountsOf([account({ groups })], complete, given).roleOf(501)).toMatchObject({
      role,
      source,
    });
  });

  it.each([true, false])(
    'without a record is unknown, in a list that is complete: %s',
    (complete) => {
      const known = accountsOf([account()], complete, mapsOf({ sam: 'admin' }));
      expect(known.roleOf(502)).toMatchObject({ role: 'unknown', source: 'none' });
      expect(known.nameOf(502)).toBeNull();
    },
  );

  it('is unknown before the first host record', () => {
    expect(new Accounts(NO_MAPS).roleOf(501)).toMatchObject({ role: 'unknown', source: 'none' });
  });

  it('is that of the last host record', () => {
    const known = accountsOf([account({ groups: ['admin'] })]);
    known.replace(hostOf([account({ uid: 502, name: 'sam' })]));
    expect(known.roleOf(501).role).toBe('unknown');
    expect(known.roleOf(502).role).toBe('unassigned');
  });

  it('does not mistake an inherited property for a mapped name', () => {
    const known = accountsOf([account({ name: 'constructor', groups: ['__proto__', 'toString'] })]);
    expect(known.roleOf(501)).toMatchObject({ role: 'unassigned', source: 'account-record' });
  });

  it('is as old as the host record that answers, and has no age before the first one', () => {
    const known = new Accounts(NO_MAPS);
    expect(known.roleOf(501).asOfUs).toBeNull();
    known.replace({ ...hostOf([account()]), timeUs: 77 });
    expect(known.roleOf(501).asOfUs).toBe(77);
  });
});

describe('a name with a star in a role map', () => {
  const roles = accountsOf(
    [account({ name: 'svc-build-7', groups: ['staff', 'eng-core'] })],
    true,
    {
      users: new Map(),
      groups: new Map<string, Role>([
        ['eng-*', 'developer'],
        ['eng-c*e', 'admin'],
        ['*', 'unknown'],
      ]),
    },
  );

  it('stands for any text, and a longer one comes before a shorter one', () => {
    expect(roles.roleOf(501)).toMatchObject({ role: 'admin', source: 'managed-group' });
  });

  it.each<[string, boolean]>([
    ['svc-*', true],
    ['*-7', true],
    ['svc-*-*', true],
    ['s*c*b*7', true],
    ['*', true],
    ['svc', false],
    ['vc-*', false],
    ['svc-build-7*7', false],
    ['svc-*-build-7', false],
    ['svc.*', false],
    ['SVC-*', false],
  ])('%s fits: %s', (name, isFit) => {
    const known = accountsOf(
      [account({ name: 'svc-build-7' })],
      true,
      mapsOf({ [name]: 'developer' }),
    );
    expect(known.roleOf(501).role).toBe(isFit ? 'developer' : 'unassigned');
  });

  it('comes after the exact name', () => {
    const known = accountsOf([account()], true, mapsOf({ 'mari*': 'admin', maria: 'developer' }));
    expect(known.roleOf(501).role).toBe('developer');
  });
});

describe('a host record', () => {
  it('names the host and is kept as it came', () => {
    const host = hostOf([account()]);
    const known = accountsOf([account()]);
    expect(known.host()).toEqual({ name: 'mac-17', id: '6F1C0F5A', osVersion: '15.6.1' });
    expect(known.seen()).toEqual(host);
    expect(new Accounts(NO_MAPS).seen()).toBeNull();
  });

  it('is cut at 5000 accounts', () => {
    const many = Array.from({ length: 5001 }, (_, index) =>
      account({ uid: 501 + index, name: `user${index}` }),
    );
    const known = accountsOf(many);
    expect(known.nameOf(5500)).toBe('user4999');
    expect(known.nameOf(5501)).toBeNull();
    expect(known.roleOf(5501).role).toBe('unknown');
    expect(known.seen()?.accounts).toHaveLength(5000);
  });
});

describe('the home of a path', () => {
  const known = accountsOf([
    account(),
    account({ uid: 502, name: 'sam', home: '/Volumes/Homes/sam' }),
    account({ uid: 0, name: 'root', home: '/var/root' }),
    account({ uid: 503, name: 'guest', home: '/' }),
    account({ uid: 504, name: 'björn', home: '/Users/björn' }),
  ]);

  it.each([
    ['/Users/maria/Downloads/x.csv', '/Users/maria', 501],
    ['/users/MARIA/x.csv', '/Users/maria', 501],
    ['/System/Volumes/Data/Users/maria/x.csv', '/Users/maria', 501],
    ['/Volumes/Homes/sam/Documents/x.csv', '/Volumes/Homes/sam', 502],
    ['/private/var/root/x.csv', '/var/root', 0],
    ['/Users/bjo\u0308rn/x.csv', '/Users/björn', 504],
    ['/Users/eva/x.csv', '/Users/eva', null],
    ['/System/Volumes/Data/Users/eva/Downloads/x.csv', '/Users/eva', null],
    ['/Users/maria2/x.csv', '/Users/maria2', null],
  ])('%s is %s, of uid %s', (path, home, owner) => {
    expect(known.homeOf(path)).toBe(home);
    expect(known.ownerOf(home)).toBe(owner);
  });

  it.each(['/Users/Shared/x.csv', '/opt/x.csv', '/Users/maria', '/Volumes/Homes/eva/x.csv'])(
    '%s is none',
    (path) => {
      expect(known.homeOf(path)).toBeNull();
    },
  );

  it('tells watched folders from application state, also for a home in another place', () => {
    expect(known.place('/Volumes/Homes/sam/Downloads/x.csv').isWatched).toBe(true);
    expect(known.place('/Volumes/Homes/sam/.config/x.csv').isApplicationState).toBe(true);
    expect(known.place('/Volumes/Homes/sam/Library/x.csv').isApplicationState).toBe(true);
    expect(known.place('/System/Volumes/Data/Users/eva/Downloads/x.csv').isWatched).toBe(true);
  });
});

describe('whether a user watches a path', () => {
  const known = accountsOf([account(), account({ uid: 502, name: 'sam' })]);
  it.each([
    [501, '/Users/maria/Downloads/x.csv', true],
    [501, '/Users/maria/Documents/a/b/x.csv', true],
    [501, '/users/Maria/downloads/x.csv', true],
    [501, '/Users/maria/Desktop/x.csv', false],
    [501, '/Users/sam/Downloads/x.csv', false],
    [501, '/Users/eva/Downloads/x.csv', false],
    [777, '/Users/eva/Downloads/x.csv', true],
    [777, '/Users/sam/Downloads/x.csv', false],
    [777, '/Users/Shared/Downloads/x.csv', false],
  ])('uid %i, %s: %s', (uid, path, expected) => {
    expect(known.isWatchedBy(uid, path)).toBe(expected);
  });
});

describe('a cloud-backed folder', () => {
  const folders = new Map([
    ['Documents', 'icloud'],
    ['Desktop', 'icloud'],
  ]);
  const known = accountsOf([
    account({ folders }),
    account({ uid: 502, name: 'sam', folders: new Map([['Downloads', 'onedrive']]) }),
  ]);

  it.each([
    ['/Users/maria/Documents/x.csv', 'icloud', '/Users/maria/Documents'],
    ['/Users/maria/documents/a/b/x.csv', 'icloud', '/Users/maria/Documents'],
    ['/Users/maria/Desktop/x.csv', 'icloud', '/Users/maria/Desktop'],
    ['/Users/sam/Downloads/x.csv', 'onedrive', '/Users/sam/Downloads'],
  ])('holds %s', (path, provider, folder) => {
    expect(known.cloudBackedFolder(path)).toEqual({ provider, folder });
  });

  it.each([
    '/Users/maria/Downloads/x.csv',
    '/Users/maria/Documents2/x.csv',
    '/Users/sam/Documents/x.csv',
    '/Users/eva/Documents/x.csv',
    '/Documents/x.csv',
  ])('does not hold %s', (path) => {
    expect(known.cloudBackedFolder(path)).toBeNull();
  });

  it('is no longer one when the next host record does not say so', () => {
    const changing = accountsOf([account({ folders })]);
    changing.replace(hostOf([account()]));
    expect(changing.cloudBackedFolder('/Users/maria/Documents/x.csv')).toBeNull();
  });
});
