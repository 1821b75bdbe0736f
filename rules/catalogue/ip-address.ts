import ipaddr from 'ipaddr.js';

/** An address as a number: 32 bits as `number` for IPv4, 128 bits as `bigint` for IPv6. */
export type IpAddress =
  | { readonly version: 4; readonly value: number }
  | { readonly version: 6; readonly value: bigint };

/** The longest text that can be an address (45 characters) with room for a zone id. */
const MAX_LENGTH = 100;
const MAPPED_PREFIX = 0xffffn;
const IPV4_COMPATIBLE = /^::([\d.]+\.[\d.]+)$/;

/**
 * The address that `text` writes, in whatever spelling of IPv6; an IPv4-mapped one is the IPv4 address, a zone (`%en0`) is
 * dropped. `null` when the text is no address; four decimal parts are the only spelling of IPv4.
 */
export function parseIpAddress(text: string): IpAddress | null {
  if (text.length > MAX_LENGTH) return null;
  if (!text.includes(':')) {
    const value = parseIpv4(text);
    return value === null ? null : { version: 4, value };
  }
  const zone = text.indexOf('%');
  const value = parseIpv6(zone === -1 ? text : text.slice(0, zone));
  if (value === null) return null;
  if (value >> 32n === MAPPED_PREFIX) return { version: 4, value: Number(value & 0xffffffffn) };
  return { version: 6, value };
}

/** The 32 bits of a dotted decimal address, or `null`. */
function parseIpv4(text: string): number | null {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (part < 0 || ++dots > 3) return null;
      value = value * 256 + part;
      part = -1;
    } else if (code >= 0x30 && code <= 0x39 && part !== 0) {
      part = (part < 0 ? 0 : part * 10) + code - 0x30;
      if (part > 255) return null;
    } else {
      return null;
    }
  }
  return part < 0 || dots !== 3 ? null : value * 256 + part;
}

/** The 128 bits of an IPv6 address without zone, or `null`. */
function parseIpv6(text: string): bigint | null {
  // ipaddr.js reads ::192.0.2.1 as ::ffff:192.0.2.1, but the one is no IPv4 address (RFC 4291, 2.5.5.1).
  const compatible = IPV4_COMPATIBLE.exec(text)?.[1];
  if (compatible !== undefined) {
    const value = parseIpv4(compatible);
    return value === null ? null : BigInt(value);
  }
  const words = ipv6Words(text);
  if (words === null) return null;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = words;
  const high = (BigInt(a * 0x10000 + b) << 32n) | BigInt(c * 0x10000 + d);
  const low = (BigInt(e * 0x10000 + f) << 32n) | BigInt(g * 0x10000 + h);
  return (high << 64n) | low;
}

function ipv6Words(text: string): readonly number[] | null {
  try {
    return ipaddr.IPv6.parse(text).parts;
  } catch {
    return null;
  }
}
