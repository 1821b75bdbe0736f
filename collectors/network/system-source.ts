import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CollectorError } from '../collector.ts';
import { runCommand } from '../command.ts';
import { withChildrenEnded } from '../library-children.ts';
import type { Connection, NetworkSource } from './connection.ts';
import { type KnownNames, type ProcessNames, psNames } from './process-names.ts';

/**
 * Samples by systeminformation, wherever it runs. The library takes its commands from PATH and turns every error into an
 * empty list, so an empty list is only believed when its command is there and answers. `names` is `psNames` on macOS,
 * where the library reads the pid from behind the first `:` of a name, and `null` elsewhere.
 */
export function systemSource(
  names: ProcessNames | null = process.platform === 'darwin' ? psNames() : null,
): NetworkSource {
  return {
    sample: async (signal) => {
      // Loaded when first used: the library is large, and on macOS only the last resort.
      const { networkConnections } = await import('systeminformation');
      const rows: readonly unknown[] = await withChildrenEnded(() => networkConnections(), signal);
      signal.throwIfAborted();
      if (rows.length === 0) await proveEmpty(signal);
      const connections = rows.flatMap((row) => readRow(row) ?? []);
      return names ? doubtForged(connections, await names(new Set(), signal)) : connections;
    },
  };
}

/** Rejects unless one of the library's commands is there and prints a table. */
async function proveEmpty(signal: AbortSignal): Promise<void> {
  const isMac = process.platform === 'darwin';
  const file = (await find('netstat')) ?? (isMac ? null : await find('ss'));
  if (file === null || (isMac && (await find('ps')) === null)) {
    const message = `no connections can be listed: ${isMac ? 'netstat or ps' : 'netstat and ss'} not found in PATH; install it`;
    throw new CollectorError('command-missing', message);
  }
  const text = await runCommand(file, [isMac ? '-natvln' : '-tunap'], signal);
  if (/^(?:Proto|Netid)\s/m.test(text)) return;
  const message = `no connections can be listed: ${file} printed no table; run it by hand to see why`;
  throw new CollectorError('command-failed', message);
}

async function find(command: string): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = folders.map((folder) => join(folder, command));
  const usable = await Promise.all(
    files.map(async (file) => {
      try {
        await access(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
  );
  return files.find((_file, index) => usable[index] === true) ?? null;
}

/** The library's types promise more than it keeps: fields are missing for what a command did not print. */
function readRow(row: unknown): Connection | null {
  if (typeof row !== 'object' || row === null) return null;
  const fields = new Map<string, unknown>(Object.entries(row));
  const text = (key: string): string => {
    const value = fields.get(key);
    return typeof value === 'string' ? value : '';
  };
  const pid = fields.get('pid');
  return {
    protocol: text('protocol'),
    localAddress: text('localAddress'),
    localPort: text('localPort'),
    peerAddress: text('peerAddress'),
    peerPort: text('peerPort'),
    state: text('state'),
    pid: typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 ? pid : null,
    process: text('process'),
  };
}

/**
 * A program named `rclone:1:x` shows up as pid 1: rows of a pid that some name spells out prove nothing. The library's
 * process is a command line that belongs to the pid it guessed, so it is not kept.
 */
function doubtForged(
  connections: readonly Connection[],
  names: ReadonlyMap<number, KnownNames>,
): readonly Connection[] {
  const spelled = new Set<number>();
  for (const name of [...names.values()].flatMap(({ all }) => all))
    if (name.includes(':')) spelled.add(Number.parseInt(name.split(':')[1] ?? '', 10));
  return connections.map((connection) => {
    if (connection.pid === null) return connection;
    if (spelled.has(connection.pid)) return { ...connection, isDoubtful: true };
    return { ...connection, process: '' };
  });
}
