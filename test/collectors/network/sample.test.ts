import { describe, expect, it } from 'vitest';
import { readNetworkSample } from '../../../collectors/network/sample.ts';

const ROW = {
  protocol: 'tcp4',
  localAddress: '10.0.0.5',
  localPort: '51234',
  peerAddress: '162.125.1.14',
  peerPort: '443',
  state: 'ESTABLISHED',
  pid: 412,
  process: 'Dropbox',
};

function read(...rows: readonly unknown[]): ReturnType<typeof readNetworkSample> {
  return readNetworkSample({ connections: rows }, 5);
}

describe('readNetworkSample', () => {
  it('reads a connection', () => {
    expect(read(ROW)).toStrictEqual({
      badRows: 0,
      connections: [
        {
          kind: 'network.flow',
          collector: 'network',
          timeUs: 5,
          protocol: 'tcp4',
          localAddress: '10.0.0.5',
          localPort: '51234',
          peerAddress: '162.125.1.14',
          peerPort: '443',
          pid: 412,
          processName: 'Dropbox',
        },
      ],
    });
  });

  it('reads ports that are numbers', () => {
    expect(read({ ...ROW, localPort: 51_234, peerPort: 443 })).toEqual(read(ROW));
  });

  it.each([
    ['IPv6', { protocol: 'tcp6', peerAddress: '2620:100:6022:14::a27d:4b0e' }],
    ['a zone', { protocol: 'tcp6', peerAddress: 'fe80::1%en0' }],
    ['connected UDP, as QUIC is', { protocol: 'udp4', state: '' }],
    ['a connection that is being closed', { state: 'CLOSE_WAIT' }],
    ['a connection that was closed a moment ago', { state: 'TIME_WAIT' }],
    ['a connection of a source that names no states', { state: 'UNKNOWN' }],
  ])('reads %s', (_what, changes) => {
    const { connections, badRows } = read({ ...ROW, ...changes });
    const { protocol, peerAddress }: typeof ROW = { ...ROW, ...changes };
    expect(connections).toMatchObject([{ protocol, peerAddress }]);
    expect(badRows).toBe(0);
  });

  it.each([
    ['a listening socket', { peerAddress: '*', peerPort: '*', state: 'LISTEN' }],
    [
      'a listening socket with a peer of zeros',
      { peerAddress: '0.0.0.0', peerPort: '0', state: 'LISTEN' },
    ],
    ['a listening socket that names a peer', { state: 'LISTEN' }],
    ['a connection that is being made', { state: 'SYN_SENT' }],
    ['a connection that is being made, as ss writes it', { state: 'syn-sent' }],
    ['a connection that is being accepted', { state: 'SYN_RCVD' }],
    ['a connection that is being accepted, as systeminformation writes it', { state: 'SYN_RECV' }],
    ['a socket that is closed', { state: 'CLOSED' }],
    ['a socket that is closed, as systeminformation writes it', { state: 'CLOSE' }],
    ['an unconnected UDP socket', { protocol: 'udp4', peerAddress: '*', peerPort: '*', state: '' }],
    ['a peer without port', { peerPort: '' }],
    ['a peer with port 0', { peerPort: 0 }],
    ['a port without peer', { peerAddress: '' }],
    ['a port of any peer', { peerAddress: '*' }],
    ['any port of a peer', { peerPort: '*' }],
  ])('takes %s for no flow and for nothing bad', (_what, changes) => {
    expect(read({ ...ROW, ...changes })).toEqual({ connections: [], badRows: 0 });
  });

  it('does not miss the pid of a socket that is none of its business', () => {
    const listening = { ...ROW, peerAddress: '*', peerPort: '*', state: 'LISTEN', pid: null };
    expect(read(listening)).toEqual({ connections: [], badRows: 0 });
  });

  it.each([
    ['no pid', { ...ROW, pid: null }],
    ['a pid in text', { ...ROW, pid: '412' }],
    ['no protocol', { ...ROW, protocol: undefined }],
    ['no peer', { ...ROW, peerAddress: undefined }],
    ['no object', 'tcp4'],
    ['null', null],
  ])('loses and counts a row with %s, and keeps the others', (_what, row) => {
    const { connections, badRows } = read(row, ROW);
    expect(badRows).toBe(1);
    expect(connections).toHaveLength(1);
  });

  it.each(['localAddress', 'localPort', 'process'])('reads a row without %s', (key) => {
    const { connections, badRows } = read({ ...ROW, [key]: null });
    expect(connections).toMatchObject([{ pid: 412, peerAddress: '162.125.1.14' }]);
    expect(badRows).toBe(0);
  });
});
