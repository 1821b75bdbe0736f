import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { StepConnection } from '../../../rules/finding.ts';
import { boundText } from './ocsf-bounds.ts';
import { OUTBOUND } from './ocsf-captions.ts';

/** OCSF object `network_endpoint`; has at least one of host name, address and service. */
interface OcsfEndpoint {
  readonly hostname?: string;
  /** Canonical text (RFC 5952 for IPv6, IPv4-mapped as IPv4), without a zone. */
  readonly ip?: string;
  readonly port?: number;
  readonly svc_name?: string;
}

/** OCSF object `network_connection_info`. */
interface OcsfConnectionInfo {
  readonly direction_id: number;
  readonly direction: string;
  readonly protocol_name?: string;
  /** IANA protocol number. */
  readonly protocol_num?: number;
}

/** The endpoints of a step that observed a connection. */
export interface OcsfConnection {
  readonly src_endpoint?: OcsfEndpoint;
  readonly dst_endpoint?: OcsfEndpoint;
  readonly connection_info: OcsfConnectionInfo;
}

/**
 * Names both ends of a connection. An address or port that is not valid (`*`, empty, out of range) is left out, and so is an
 * endpoint of which nothing else is known. `service` is the catalogue's service id of the peer.
 */
export function toConnection(connection: StepConnection, service: string | null): OcsfConnection {
  const source = toEndpoint(null, connection.localAddress, connection.localPort, null);
  const peer = toEndpoint(
    connection.peerName,
    connection.peerAddress,
    connection.peerPort,
    service,
  );
  return {
    ...(source !== null && { src_endpoint: source }),
    ...(peer !== null && { dst_endpoint: peer }),
    connection_info: {
      direction_id: OUTBOUND.id,
      direction: OUTBOUND.caption,
      ...toProtocol(connection.protocol),
    },
  };
}

function toEndpoint(
  name: string | null,
  address: string,
  portText: string,
  service: string | null,
): OcsfEndpoint | null {
  const hostname = name === '' ? null : name;
  const ip = canonicalAddress(address);
  const port = parsePort(portText);
  if (hostname === null && ip === null && service === null) {
    return null;
  }
  return {
    ...(hostname !== null && { hostname: boundText(hostname) }),
    ...(ip !== null && { ip }),
    ...(port !== null && { port }),
    ...(service !== null && { svc_name: boundText(service) }),
  };
}

/** Canonical text is at most 39 characters; OCSF allows 40, which a longhand IPv4-mapped address would exceed. */
function canonicalAddress(address: string): string | null {
  const withoutZone = address.split('%', 1)[0] ?? '';
  // ipaddr.js alone would also read `1`, `0x7f.1` and octal numbers as IPv4.
  return isIP(withoutZone) === 0 ? null : ipaddr.process(withoutZone).toString();
}

function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  return port > 0 && port <= 65_535 ? port : null;
}

function toProtocol(protocol: string): Pick<OcsfConnectionInfo, 'protocol_name' | 'protocol_num'> {
  // systeminformation writes tcp4, tcp6, tcp46, udp4 ...
  const name = protocol.toLowerCase().replace(/\d{1,2}$/u, '');
  if (name === 'tcp') {
    return { protocol_name: 'tcp', protocol_num: 6 };
  }
  return name === 'udp' ? { protocol_name: 'udp', protocol_num: 17 } : {};
}
