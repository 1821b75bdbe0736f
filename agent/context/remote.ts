/** What a destination on a command line looks like, and what it says of the place behind it. */

import type { RemoteForm } from '../../rules/catalogue/catalogue.ts';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
/** `remote:path`, `user@host:path`, and rclone's connection strings `:backend,key=value:path`. */
const COLON = /^:?[^/:,\s][^/:,]*(?:,[^:]*)?:/;
const ALIAS = /^[\w-]+\/[^/]/;

export function isRemote(operand: string, forms: readonly RemoteForm[]): boolean {
  return forms.some((form) => {
    switch (form) {
      case 'colon':
        return COLON.test(operand) && !SCHEME.test(operand);
      case 'url':
        return SCHEME.test(operand) && !operand.startsWith('file://');
      case 'alias':
        return ALIAS.test(operand);
      case 'any':
        return operand !== '-' && operand !== '';
    }
  });
}

/** Host of an http, https or ftp URL in lower case, without user, port and trailing dot; `null` for other destinations. */
export function hostOf(destination: string): string | null {
  const scheme = SCHEME.exec(destination)?.[1]?.toLowerCase();
  if (
    scheme === undefined ||
    !['http', 'https', 'ftp', 'ftps', 'sftp', 'dav', 'davs'].includes(scheme)
  )
    return null;
  const authority = destination.slice(scheme.length + 3).split(/[/?#\\]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '');
  const lower = name.toLowerCase().replace(/\.$/, '');
  return lower === '' ? null : lower;
}

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|0\.0\.0\.0)$/;

/** Whether the destination is this Mac itself: what stays here is no upload. */
export function isLocalHost(destination: string): boolean {
  const host = hostOf(destination) ?? /^(?:[^@/]*@)?([^:/]+):/.exec(destination)?.[1] ?? null;
  return host !== null && LOCAL_HOST.test(host);
}

/** A connection string without its parameters, which may hold keys: `:s3,secret_access_key=…:bucket` is `:s3:bucket`. */
export function withoutParameters(destination: string): string {
  const [, backend, parameters] =
    /^(:?[^:,/]+)((?:,(?:"[^"]*"|'[^']*'|[^"':])*)+):/.exec(destination) ?? [];
  if (backend === undefined || parameters === undefined) return destination;
  return backend + destination.slice(backend.length + parameters.length);
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
  const name = /^([^:/]+):/.exec(destination)?.[1]?.toLowerCase();
  return name !== undefined && services.has(name) ? name : null;
}
