/** What a destination on a command line looks like, and what it says of the place behind it. */

import type { RemoteForm } from '../../rules/catalogue/catalogue.ts';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
/** `remote:path`, `user@host:path`, and rclone's connection strings `:backend,key=value:path`. */
const COLON = /^:?[^:/,\s][^/:,]*(?:,[^:]*)?:/;
const ALIAS = /^[\w-]+\/[^/]/;
/** `BACKEND:place`, as restic writes it. */
const PREFIX = /^[a-z][a-z0-9]*:/i;
const FILE = /^file:/i;

export function isRemote(operand: string, forms: readonly RemoteForm[]): boolean {
  return forms.some((form) => {
    switch (form) {
      case 'colon':
      case 'login':
        return COLON.test(operand) && !SCHEME.test(operand);
      case 'url':
        return SCHEME.test(operand) && !FILE.test(operand);
      case 'alias':
        return ALIAS.test(operand);
      case 'prefix':
        return PREFIX.test(operand) && !/^(?:local|file):/i.test(operand);
      case 'any':
      case 'host':
        return operand !== '-' && operand !== '';
    }
  });
}

/** Schemes of a URL with a host: of the web, and what else curl(1) and lftp(1) send files to. */
const HOSTED: ReadonlySet<string> = new Set(
  'http https ftp ftps sftp dav davs scp smb smbs tftp smtp smtps imap imaps mqtt mqtts fish'.split(
    ' ',
  ),
);
const LOGIN = new Set(['rsync', 'scp', 'ssh']);

/** Host of a URL that has one, in lower case, without user, port and trailing dot; `null` for other destinations. */
export function hostOf(destination: string): string | null {
  return hostOfUrl(destination, HOSTED);
}

/** Host that a destination of one of the forms names, where a word before a colon is a host only for `login`. */
export function hostOfRemote(destination: string, forms: readonly RemoteForm[]): string | null {
  if (forms.includes('any')) return canonical(destination);
  if (forms.includes('host')) return hostOfLogin(destination) ?? hostOfLogin(`${destination}:`);
  if (forms.includes('prefix')) return hostOf(destination) ?? hostBehindPrefix(destination);
  return hostOf(destination) ?? (forms.includes('login') ? hostOfLogin(destination) : null);
}

/** Of `s3:HOST/bucket`, `s3:https://HOST/bucket`, `rest:https://HOST` and `sftp:USER@HOST:/path`; no other names a host. */
function hostBehindPrefix(destination: string): string | null {
  const [, backend = '', place = ''] = /^(s3|rest|sftp):(.*)$/is.exec(destination) ?? [];
  if (backend.toLowerCase() === 'sftp') return hostOfLogin(place);
  return hostOf(place) ?? (place.includes('.') ? hostOf(`https://${place}`) : null);
}

/** Whether the destination is this Mac itself: what stays here is no upload. */
export function isLocalHost(destination: string): boolean {
  if (FILE.test(destination) || HERE.test(destination)) return true;
  const host = hostOf(destination) ?? hostOfLogin(destination);
  return host !== null && isLocalName(host);
}

/** rclone's back ends that are this Mac's own disk and memory. */
const HERE = /^:(?:local|memory)[:,]/i;

const LOCAL_NAME = /^(?:(?:[^.]+\.)*localhost|127(?:\.\d{1,3}){1,3}|0\.0\.0\.0|::1?)$/;

/** Whether a host in the form of `hostOf` is this Mac itself; names below localhost are by RFC 6761. */
export function isLocalName(host: string): boolean {
  return LOCAL_NAME.test(host);
}

function hostOfUrl(destination: string, schemes: ReadonlySet<string>): string | null {
  const scheme = SCHEME.exec(destination)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.has(scheme)) return null;
  const authority = destination.slice(scheme.length + 3).split(/[/?#\\]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return canonical(
    host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, ''),
  );
}

/** Host of `user@host:path`, `user@[address]:path`, `host::module`, `rsync://host/` and `scp://host/`. */
function hostOfLogin(destination: string): string | null {
  if (SCHEME.test(destination)) return hostOfUrl(destination, LOGIN);
  const word = destination.slice(0, destination.search(/[:/]/));
  const host = destination.slice(word.lastIndexOf('@') + 1);
  if (host.startsWith('[')) return canonical(host.slice(1, host.indexOf(']')));
  const end = host.search(/[:/]/);
  return end > 0 && host[end] === ':' ? canonical(host.slice(0, end)) : null;
}

/** An IPv4 address as inet_aton(3) takes it: one to four parts, decimal, octal or hexadecimal. */
const NUMBERS = /^(?:0x[\da-f]*|\d{1,12})(?:\.(?:0x[\da-f]*|\d{1,12})){0,3}$/;
const IPV6 = /^[\da-f:.]{2,45}$/;
const MAPPED_IPV4 = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/;

/** In lower case without the dot at the end; an address in its one usual spelling. */
function canonical(host: string): string | null {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === '') return null;
  if (NUMBERS.test(name)) return URL.parse(`http://${name}`)?.hostname ?? name;
  if (!name.includes(':') || !IPV6.test(name)) return name;
  const address = URL.parse(`http://[${name}]`)?.hostname ?? `[${name}]`;
  const [, high, low] = MAPPED_IPV4.exec(address) ?? [];
  if (high === undefined || low === undefined) return address.slice(1, -1);
  return URL.parse(`http://0x${high.padStart(4, '0')}${low.padStart(4, '0')}`)?.hostname ?? name;
}

/**
 * A connection string without its parameters, which may hold keys: `:s3,secret_access_key=…:bucket` is `:s3:bucket`. What
 * cannot be told from parameters is left out as well: the rest behind a quote that is not closed, or of a URL without quotes.
 */
export function withoutParameters(destination: string): string {
  const start = /^:?[^:,/]+(?=,)/.exec(destination)?.[0];
  if (start === undefined) return destination;
  const end = endOfParameters(destination, start.length);
  const rest = end === -1 ? ':' : destination.slice(end);
  return start + (rest.startsWith('://') ? ':' : rest);
}

/** Where the colon behind the parameters is. A value in quotes may hold colons; a doubled quote in it stands for itself. */
function endOfParameters(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === ':') return at;
    const quote = text[at + 1];
    if (text[at] !== '=' || (quote !== '"' && quote !== "'")) continue;
    at = endOfQuotes(text, at + 1, quote);
    if (at === -1) return -1;
  }
  return -1;
}

function endOfQuotes(text: string, start: number, quote: string): number {
  let at = text.indexOf(quote, start + 1);
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at;
}

/**
 * Service of an rclone remote: `:backend,…:` by the table of back ends, and a configured remote when its name is a
 * service id. What any other remote stands for is only written in the user's rclone.conf, which is not read.
 */
export function rcloneService(
  destination: string | null,
  backends: ReadonlyMap<string, string>,
  services: ReadonlySet<string>,
): string | null {
  if (destination === null || backends.size === 0) return null;
  const inline = /^:([^:,]+)[:,]/.exec(destination)?.[1];
  if (inline !== undefined) return backends.get(inline.toLowerCase()) ?? null;
  const name = /^([^:,/]+)[:,]/.exec(destination)?.[1]?.toLowerCase();
  return name !== undefined && services.has(name) ? name : null;
}
