import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, asyncProperty, integer, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../collectors/network/connection.ts';
import { readNetstat } from '../../../collectors/network/netstat.ts';

/** Tables written from the documented formats and from rows that people showed in public issues, not recorded by us. */
const PROGRAMS = join(import.meta.dirname, '../../fixtures/programs');

async function read(version: string, protocol = 'tcp'): Promise<readonly Connection[]> {
  const text = readFileSync(join(PROGRAMS, version, `${protocol}.txt`), 'utf8');
  return (await readNetstat(text)) ?? [];
}

async function ownerOf(version: string, localPort: string): Promise<unknown> {
  const rows = await read(version);
  const row = rows.find((candidate) => candidate.localPort === localPort);
  return row && [row.pid, row.process, row.isDoubtful ?? false];
}

describe('readNetstat', () => {
  it('reads a connection of macOS 26', async () => {
    expect((await read('macos-26'))[0]).toStrictEqual({
      protocol: 'tcp4',
      localAddress: '10.0.0.5',
      localPort: '51234',
      peerAddress: '162.125.1.14',
      peerPort: '443',
      state: 'ESTABLISHED',
      pid: 412,
      process: 'Dropbox',
    });
  });

  it('finds the pid where macOS 15.1 puts it, behind the byte counts', async () => {
    expect(await ownerOf('macos-15.1', '52137')).toStrictEqual([2903, '', false]);
  });

  it('finds the pid where older versions put it, without byte counts', async () => {
    expect(await ownerOf('macos-10.14', '52044')).toStrictEqual([9811, '', false]);
  });

  it('keeps spaces of a name', async () => {
    expect(await ownerOf('macos-26', '51235')).toStrictEqual([1500, 'Google Chrome He', false]);
  });

  it('takes the pid from behind the last colon, whatever the program is named', async () => {
    expect(await ownerOf('macos-26', '51236')).toStrictEqual([703, 'rclone:1:x', false]);
  });

  it('takes digits of a name for the name', async () => {
    expect(await ownerOf('macos-26', '51237')).toStrictEqual([812, '5 6 7', false]);
  });

  it('joins a row that a newline in a name cut', async () => {
    expect(await ownerOf('macos-26', '51238')).toStrictEqual([813, 'a\nb', false]);
  });

  it('doubts a row whose name has a newline and then reads like a row', async () => {
    expect(await ownerOf('macos-26', '51241')).toStrictEqual([null, '', true]);
  });

  it('knows no owner for a closed connection', async () => {
    expect(await ownerOf('macos-26', '51239')).toStrictEqual([null, '', false]);
  });

  it('reads IPv6 addresses whole, with their scope', async () => {
    const row = (await read('macos-26')).find(({ localPort }) => localPort === '51237');
    expect([row?.localAddress, row?.peerAddress, row?.peerPort]).toStrictEqual([
      'fe80::1%en0',
      '2606:4700::6810:84e5',
      '443',
    ]);
  });

  it('reads UDP, which has no state', async () => {
    const rows = await read('macos-26', 'udp');
    expect(rows.map(({ state, pid, peerAddress }) => [state, pid, peerAddress])).toStrictEqual([
      ['', 1500, '142.250.74.110'],
      ['', 250, '*'],
    ]);
  });

  it('takes no output for no sockets', async () => {
    expect(await readNetstat('')).toStrictEqual([]);
  });

  it.each([
    ['text without a header', 'netstat: illegal option -- v\n'],
    ['a header without a pid', 'Proto Recv-Q Send-Q Local Address Foreign Address (state)\n'],
    ['other columns', 'Proto Local Address Foreign Address pid\n'],
  ])('does not understand %s', async (_name, text) => {
    expect(await readNetstat(text)).toBeNull();
  });

  it('does not understand a table of which it can read no row', async () => {
    const text = readFileSync(join(PROGRAMS, 'macos-26/tcp.txt'), 'utf8');
    expect(
      await readNetstat(text.replaceAll(':', '/').replace('process/pid', 'process:pid')),
    ).toBeNull();
  });

  it('gives every pid to the process that has it, for any name', async () => {
    const header =
      'Proto Recv-Q Send-Q  Local Address Foreign Address (state) rxbytes txbytes rhiwat shiwat process:pid state options';
    // A newline is the case above; everything else may stand in a name.
    const name = string({ unit: 'binary', maxLength: 16 }).filter((text) => !text.includes('\n'));
    await assert(
      asyncProperty(name, integer({ min: 1, max: 99_999 }), async (process, pid) => {
        const row = `tcp4 0 0 10.0.0.5.51234 162.125.1.14.443 ESTABLISHED 0 0 131072 131768 ${process}:${pid} 00102 00000000`;
        const rows = await readNetstat(`${header}\n${row}\n`);
        expect(rows?.map((shown) => shown.pid)).toStrictEqual([pid]);
      }),
    );
  });
});
