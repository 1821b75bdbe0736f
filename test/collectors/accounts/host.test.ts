import { describe, expect, it } from 'vitest';
import { readHost } from '../../../collectors/accounts/host.ts';
import type { JsonObject } from '../../../collectors/untrusted.ts';

const RECORD = {
  source: 'host',
  time: '2026-11-02T09:00:00Z',
  hostname: 'mac-17',
  uuid: '6F1C0F5A',
  osVersion: '15.5',
  complete: true,
  accounts: [
    {
      uid: 501,
      name: 'maria',
      home: '/Users/maria',
      groups: ['staff', 'admin'],
      folders: { Documents: { provider: 'icloud' }, Downloads: { provider: 'onedrive' } },
    },
    { uid: 502, name: 'sam', home: '/Users/sam', groups: [] },
  ],
};

function read(changes: JsonObject = {}): ReturnType<typeof readHost> {
  return readHost({ ...RECORD, ...changes }, 5);
}

const MARIA = { uid: 501, name: 'maria', home: '/Users/maria' };

describe('readHost', () => {
  it('reads the host, its accounts and their cloud-backed folders', () => {
    expect(read()).toStrictEqual({
      badRows: 0,
      event: {
        kind: 'host.seen',
        collector: 'host',
        timeUs: 5,
        hostname: 'mac-17',
        hostId: '6F1C0F5A',
        osVersion: '15.5',
        complete: true,
        accounts: [
          {
            ...MARIA,
            groups: ['staff', 'admin'],
            folders: new Map([
              ['Documents', 'icloud'],
              ['Downloads', 'onedrive'],
            ]),
          },
          { uid: 502, name: 'sam', home: '/Users/sam', groups: [], folders: new Map() },
        ],
      },
    });
  });

  it.each([undefined, null, false, 1, 'true'])('is not complete when it says %j', (complete) => {
    expect(read({ complete }).event.complete).toBe(false);
  });

  it.each(['hostname', 'uuid', 'osVersion'])('reads a host that does not say its %s', (key) => {
    const { event } = read({ [key]: 7 });
    expect([event.hostname, event.hostId, event.osVersion].filter((text) => text === '')).toEqual([
      '',
    ]);
  });

  it.each([
    ['no uid', { ...MARIA, uid: undefined }],
    ['a uid in text', { ...MARIA, uid: '501' }],
    ['a uid that a double cannot hold', { ...MARIA, uid: 2 ** 53 }],
    ['no name', { ...MARIA, name: null }],
    ['no home', { ...MARIA, home: null }],
    ['no object', 'maria'],
    ['null', null],
  ])('loses and counts an account with %s, and keeps the others', (_what, row) => {
    const { event, badRows } = read({ accounts: [row, ...RECORD.accounts] });
    expect(badRows).toBe(1);
    expect(event.accounts.map((account) => account.name)).toEqual(['maria', 'sam']);
  });

  it('does not silently lose the groups of an account because one is no text', () => {
    const { event, badRows } = read({ accounts: [{ ...MARIA, groups: ['admin', 7] }] });
    const isCounted = badRows > 0;
    const isKept = event.accounts[0]?.groups?.includes('admin');
    expect(isCounted || isKept).toBe(true);
  });

  it.each([undefined, null, 'staff', {}])('does not know groups that are %j', (groups) => {
    const { event, badRows } = read({ accounts: [{ ...MARIA, groups }] });
    expect(event.accounts).toMatchObject([{ name: 'maria', groups: null }]);
    expect(badRows).toBe(0);
  });

  it('skips a folder without a provider and keeps the others', () => {
    const folders = {
      Documents: { provider: 'icloud' },
      Downloads: {},
      Desktop: 'icloud',
      Movies: null,
    };
    const [account] = read({ accounts: [{ ...MARIA, folders }] }).event.accounts;
    expect(account?.folders).toEqual(new Map([['Documents', 'icloud']]));
  });

  it('reads a folder named __proto__ as any other', () => {
    const text =
      '{"uid":501,"name":"maria","home":"/Users/maria","folders":{"__proto__":{"provider":"icloud"}}}';
    const [account] = read({ accounts: [JSON.parse(text)] }).event.accounts;
    expect(account?.folders).toEqual(new Map([['__proto__', 'icloud']]));
    expect(({} as JsonObject)['provider']).toBeUndefined();
  });
});
