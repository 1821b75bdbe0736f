import { CollectorError } from '../collector.ts';
import { runCommand } from '../command.ts';
import type { Connection, NetworkSource } from './connection.ts';
import { readNetstat } from './netstat.ts';

/**
 * Samples by netstat of macOS: kernel sockets with IPv4 and IPv6 peers; connections of user-space networking (Safari,
 * iCloud) do not appear. Two runs, one after the other: TCP, then UDP. `file` is the absolute path of netstat.
 */
export function netstatSource(file = '/usr/sbin/netstat'): NetworkSource {
  return {
    sample: async (signal) => {
      const tcp = await table(file, 'tcp', signal);
      return [...tcp, ...(await table(file, 'udp', signal))];
    },
  };
}

async function table(
  file: string,
  protocol: 'tcp' | 'udp',
  signal: AbortSignal,
): Promise<readonly Connection[]> {
  const connections = await readNetstat(await runCommand(file, ['-anvlp', protocol], signal));
  if (connections) return connections;
  const message = `the output of ${file} -anvlp ${protocol} was not understood; report it with the version of macOS`;
  throw new CollectorError('command-failed', message);
}
