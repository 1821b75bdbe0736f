import { describe, expect, it } from 'vitest';
import { toEvidence } from '../../../../agent/deliver/formats/ocsf-evidence.ts';
import type { Step, StepConnection, StepProcess } from '../../../../rules/finding.ts';
import { BARE_STEP, CONNECTION, DBEAVER, DROPBOX, START_US, UPLOAD } from './example-finding.ts';

function evidenceOf(changes: Partial<Step>) {
  return toEvidence({ ...BARE_STEP, ...changes }, UPLOAD);
}

function processOf(process: StepProcess) {
  return evidenceOf({ process }).process;
}

function connectionOf(changes: Partial<StepConnection>, service: string | null = null) {
  const { src_endpoint, dst_endpoint, connection_info } = evidenceOf({
    connection: { ...CONNECTION, ...changes },
    service,
  });
  return { src_endpoint, dst_endpoint, connection_info };
}

describe('toEvidence', () => {
  it('says of a bare step no more than its action and time', () => {
    expect(evidenceOf({})).toEqual({
      name: 'tool-started',
      data: { action: 'tool-started', time: '2026-10-14T07:30:00.000000Z' },
    });
  });

  it('keeps where the data was, how it is tied and what was observed', () => {
    const facts = {
      link: 'lineage',
      evidence: 'landed-in-sync-folder',
      service: 'onedrive',
      destination: '/Users/maria/Library/CloudStorage/OneDrive',
      sourcePath: '/Users/maria/Downloads/a.csv',
    } as const;
    expect(evidenceOf(facts).data).toMatchObject(facts);
  });
});

describe('process of a step', () => {
  it('names execution, code, signer, user and start', () => {
    expect(processOf(DBEAVER)).toEqual({
      pid: 4711,
      uid: '8A1B9C0D-1111-4222-8333-444455556666:4711:90210',
      name: 'dbeaver',
      file: {
        name: 'dbeaver',
        path: '/Applications/DBeaver.app/Contents/MacOS/dbeaver',
        type_id: 8,
        type: 'Executable File',
        signature: { algorithm_id: 0, algorithm: 'Unknown', developer_uid: '42B6MDKMW8' },
      },
      user: { name: 'maria', uid: '501' },
      created_time: START_US / 1000,
      xattributes: { signing_id: 'org.jkiss.dbeaver.core.product' },
    });
  });

  it('tells a process list row by pid and start time', () => {
    expect(processOf(DROPBOX)?.uid).toBe(
      `8A1B9C0D-1111-4222-8333-444455556666:412@${DROPBOX.startUs}`,
    );
  });

  it('has no uid when neither pidversion nor start time is known, because pids are used again', () => {
    expect(Object.keys(processOf({ ...DROPBOX, startUs: null }) ?? {})).not.toContain('uid');
  });

  it('does not lend the name of the finding to another user', () => {
    expect(processOf({ ...DBEAVER, userId: 502 })?.user).toEqual({ uid: '502' });
  });

  it.each([-1, 2 ** 31, 1.5, Number.NaN])('is left out when its pid is %s', (pid) => {
    expect(processOf({ ...DBEAVER, pid })).toBeUndefined();
  });
});

describe('file of a step', () => {
  it.each([
    ['/Users/maria/a.csv', 'a.csv', 'Regular File'],
    ['/Users/maria/export/', 'export', 'Folder'],
    ['/', '/', 'Folder'],
    ['relative.csv', 'relative.csv', 'Regular File'],
  ])('names %s', (path, name, type) => {
    expect(evidenceOf({ path }).file).toMatchObject({ path, name, type });
  });

  it('is left out for an empty path', () => {
    expect(evidenceOf({ path: '' })).not.toHaveProperty('file');
  });
});

describe('connection of a step', () => {
  it('names both ends, the service and the protocol', () => {
    expect(connectionOf({}, 'dropbox')).toEqual({
      src_endpoint: { ip: '10.0.0.5', port: 51_234 },
      dst_endpoint: {
        hostname: 'content.dropboxapi.com',
        ip: '162.125.1.14',
        port: 443,
        svc_name: 'dropbox',
      },
      connection_info: {
        direction_id: 2,
        direction: 'Outbound',
        protocol_name: 'tcp',
        protocol_num: 6,
      },
    });
  });

  it.each([
    ['2620:100:6022:0018:0000:0000:A27D:0412', '2620:100:6022:18::a27d:412'],
    ['::ffff:162.125.1.14', '162.125.1.14'],
    ['fe80::1%en0', 'fe80::1'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('writes %s in canonical form', (peerAddress, ip) => {
    expect(connectionOf({ peerAddress }).dst_endpoint?.ip).toBe(ip);
  });

  it.each(['*', '', '1', '0x7f.1', '010.0.0.1', '256.1.1.1', 'localhost', '1.2.3.4\n'])(
    'leaves the address %j out and keeps the name',
    (peerAddress) => {
      expect(connectionOf({ peerAddress }).dst_endpoint).toEqual({
        hostname: 'content.dropboxapi.com',
        port: 443,
      });
    },
  );

  it('leaves an end out of which only a port is known', () => {
    const { src_endpoint, dst_endpoint } = connectionOf({
      localAddress: '*',
      peerAddress: '*',
      peerName: null,
    });
    expect([src_endpoint, dst_endpoint]).toEqual([undefined, undefined]);
  });

  it.each(['*', '', '0', '-1', '65536', '1e3', '443.5'])('leaves the port %j out', (peerPort) => {
    expect(connectionOf({ peerPort }).dst_endpoint).not.toHaveProperty('port');
  });

  it.each([
    ['tcp6', 'tcp', 6],
    ['UDP4', 'udp', 17],
    ['tcp46', 'tcp', 6],
    ['tcpmux', undefined, undefined],
    ['', undefined, undefined],
  ])('reads the protocol %j', (protocol, name, number) => {
    const { connection_info } = connectionOf({ protocol });
    expect(connection_info?.protocol_name).toBe(name);
    expect(connection_info?.protocol_num).toBe(number);
  });
});
