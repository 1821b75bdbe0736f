import { isIP } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection } from './connection.ts';

/** Longest row that is read, in characters; real ones have about 250. A longer one is skipped. */
const MAX_ROW_LENGTH = 1024;

/** Rows that are read in one turn of the event loop, about 3 ms. */
const ROWS_PER_TURN = 1000;

/**
 * Reads what `netstat -anvl` of macOS prints for one protocol, or gives `null` when that is no such table. Columns are
 * found by the header, because Apple changed them in macOS 15.1 (byte counts) and 26 (`process:pid`). A process is named
 * by its user, so its name may hold spaces, digits, colons and newlines: the pid is behind the last `:` of the row, and
 * nothing to its right holds one. A row that still cannot be told apart comes back doubtful and without pid.
 */
export async function readNetstat(text: string): Promise<readonly Connection[] | null> {
  const lines = text.split('\n');
  const header = lines.findIndex((line) => line.startsWith('Proto '));
  // netstat prints its header with the first row, so that no output means no sockets.
  if (header === -1) return text.trim() === '' ? [] : null;
  const rest = restPattern(lines[header] ?? '');
  if (!rest) return null;
  const connections: Connection[] = [];
  const rows = rowsOf(lines.slice(header + 1));
  for (const [index, row] of rows.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- other work has its turn between rows
    if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await nextTurn();
    const connection = readRow(row, rest);
    if (connection) connections.push(connection);
  }
  // Not one readable row is no hostile name but a format that nobody knows yet.
  const isReadable = rows.length === 0 || connections.some(({ isDoubtful }) => !isDoubtful);
  return isReadable ? connections : null;
}

/** What is behind the addresses of a row: state, numbers, and whose it is. */
function restPattern(header: string): RegExp | null {
  const columns = header.replaceAll(' Address', '-Address').trim().split(/\s+/);
  if (columns.slice(3, 6).join(' ') !== 'Local-Address Foreign-Address (state)') return null;
  const named = columns.indexOf('process:pid');
  const owner = named === -1 ? columns.indexOf('pid') : named;
  if (owner === -1) return null;
  const name = named === -1 ? '()' : '(.*):';
  return new RegExp(
    `^(?:([A-Z][A-Z0-9_]*)\\s+)?(?:\\d+\\s+){${owner - 6}}${name}(\\d+)(?:\\s+[0-9a-fx]+)*\\s*$`,
    's',
  );
}

const ROW_START = /^(?:tcp|udp)\w*\s+\d+\s+\d+\s/;

/** Rows; a line that does not begin one belongs to a name with a newline in it. */
function rowsOf(lines: readonly string[]): readonly string[] {
  const rows: string[] = [];
  for (const line of lines) {
    const last = rows.at(-1);
    if (ROW_START.test(line)) rows.push(line);
    else if (last !== undefined && line !== '' && last.length < MAX_ROW_LENGTH)
      rows[rows.length - 1] = `${last}\n${line}`;
  }
  return rows;
}

const ROW = /^(\w+)\s+\d+\s+\d+\s+(\S+)\s+(\S+)\s+(.*)$/s;

function readRow(row: string, rest: RegExp): Connection | null {
  if (row.length > MAX_ROW_LENGTH) return null;
  const [, protocol = '', localText = '', peerText = '', restText = ''] = ROW.exec(row) ?? [];
  const local = readEndpoint(localText);
  const peer = readEndpoint(peerText);
  if (!local || !peer) return null;
  const endpoints = {
    protocol,
    localAddress: local.address,
    localPort: local.port,
    peerAddress: peer.address,
    peerPort: peer.port,
  };
  const parts = rest.exec(restText);
  if (!parts) return { ...endpoints, state: '', pid: null, process: '', isDoubtful: true };
  const [, state = '', process = '', pid = ''] = parts;
  const owner = Number(pid);
  const isProcess = Number.isSafeInteger(owner) && owner > 0;
  return { ...endpoints, state, pid: isProcess ? owner : null, process: process.trim() };
}

/** `10.0.0.5.443`, `fe80::1%en0.443` and `*.*`: netstat of macOS puts the port behind the last dot. */
function readEndpoint(text: string): { readonly address: string; readonly port: string } | null {
  const dot = text.lastIndexOf('.');
  const address = text.slice(0, Math.max(dot, 0));
  const port = text.slice(dot + 1);
  const [withoutScope = ''] = address.split('%', 1);
  return (address === '*' || isIP(withoutScope) !== 0) && /^(?:\d{1,5}|\*)$/.test(port)
    ? { address, port }
    : null;
}
