import type { NetworkFlow } from '../event.ts';
import { asArray, asInteger, asObject, asText, type JsonObject, own } from '../untrusted.ts';

/** Connections of one moment, as systeminformation lists them. Rows without pid or peer cost only themselves. */
export function readNetworkSample(
  record: JsonObject,
  timeUs: number,
): { readonly connections: readonly NetworkFlow[]; readonly badRows: number } {
  const rows = asArray(own(record, 'connections')) ?? [];
  const connections: NetworkFlow[] = [];
  let badRows = 0;
  for (const row of rows) {
    const object = asObject(row);
    const connection = object && readConnection(object, timeUs);
    if (!connection) badRows += 1;
    else if (connection !== 'not-connected') connections.push(connection);
  }
  return { connections, badRows };
}

/**
 * States of TCP in which nothing has reached the peer: no connection, one that is not made yet, and one that is over, as
 * macOS, Linux and systeminformation write them.
 */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'LISTEN',
  'LISTENING',
  'SYN_SENT',
  'SYN_RCVD',
  'SYN_RECV',
  'SYN_RECEIVED',
  'CLOSE',
  'CLOSED',
  'UNCONN',
]);

/** Through a socket without a connection nothing can leave. */
function readConnection(row: JsonObject, timeUs: number): NetworkFlow | 'not-connected' | null {
  const protocol = asText(own(row, 'protocol'));
  const peerAddress = asText(own(row, 'peerAddress'));
  if (protocol === null || peerAddress === null) return null;
  const peerPort = portOf(own(row, 'peerPort'));
  const state = asText(own(row, 'state'))?.toUpperCase().replaceAll('-', '_') ?? '';
  if (NOT_CONNECTED.has(state) || !isPeer(peerAddress, peerPort)) return 'not-connected';
  const pid = asInteger(own(row, 'pid'));
  if (pid === null) return null;
  return {
    kind: 'network.flow',
    collector: 'network',
    timeUs,
    protocol,
    localAddress: asText(own(row, 'localAddress')) ?? '',
    localPort: portOf(own(row, 'localPort')),
    peerAddress,
    peerPort,
    pid,
    processName: asText(own(row, 'process')) ?? '',
  };
}

function isPeer(address: string, port: string): boolean {
  return address !== '' && address !== '*' && port !== '' && port !== '*' && port !== '0';
}

function portOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : (asText(value) ?? '');
}
