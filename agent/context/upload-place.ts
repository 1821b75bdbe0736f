import type { RemoteForm, UploadForm, UploadTool } from '../../rules/catalogue/catalogue.ts';
import type { CommandLine } from './command-line.ts';
import {
  hostOf,
  hostOfRemote,
  isLocalHost,
  isLocalName,
  rcloneService,
  withoutParameters,
} from './remote.ts';

/** Where an upload goes, as far as the arguments say. */
export interface Place {
  /** Service id the arguments name by themselves (not yet by host name), or `null`. */
  readonly service: string | null;
  /** Host of the destination, to be looked up in the domain list. */
  readonly host: string | null;
  /** What a finding shows: host, `s3://…`, `gs://…` or `remote:path`; `null` when the arguments do not say. */
  readonly destination: string | null;
}

/** The place behind a destination, or `null` when that is this Mac. `services` are the ids of the catalogue. */
export function placeOf(
  tool: UploadTool,
  form: UploadForm,
  line: CommandLine,
  destination: string | null,
  services: ReadonlySet<string>,
): Place | null {
  const endpoint = endpointHost(tool, line);
  const host = destination === null ? null : hostOfRemote(destination, form.remotes);
  const staysHere = destination !== null && isLocalHost(destination);
  if (staysHere || isLocal(host) || isLocal(endpoint)) return null;
  return {
    service: endpoint === null ? serviceOf(tool, form, destination, services) : null,
    host: endpoint ?? host,
    destination: destination === null ? null : shown(form, destination),
  };
}

function isLocal(host: string | null): boolean {
  return host !== null && isLocalName(host);
}

/** The last one counts, as in all the tools. Some write it as a URL, some as `host:port`. */
function endpointHost(tool: UploadTool, line: CommandLine): string | null {
  const value = line.options.findLast(({ option }) => tool.endpointOptions.includes(option))?.value;
  return value === undefined ? null : (hostOf(value) ?? hostOf(`https://${value}`));
}

function serviceOf(
  tool: UploadTool,
  form: UploadForm,
  destination: string | null,
  services: ReadonlySet<string>,
): string | null {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(destination ?? '')?.[1]?.toLowerCase() ?? '';
  return (
    rcloneService(destination, tool.backends, services) ??
    tool.schemes.get(scheme) ??
    impliedService(tool, form)
  );
}

/** The service that a command talks to when its arguments name none. */
export function impliedService(tool: UploadTool, form: UploadForm): string | null {
  return form.service === 'none' ? null : (form.service ?? tool.service);
}

/** Remotes that are nothing but a host, or of which only that may be shown. */
const SHOWN_AS_HOST: ReadonlySet<RemoteForm> = new Set(['any', 'host', 'prefix']);

/** The host of a web address; any other destination as written, without what may be secret in it. */
function shown(form: UploadForm, destination: string): string {
  const forms = form.remotes.filter((remote) => SHOWN_AS_HOST.has(remote));
  const host = hostOfRemote(destination, forms);
  return host ?? withoutLogin(withoutParameters(destination));
}

/** A URL without the user and password before its host. */
function withoutLogin(destination: string): string {
  const [, scheme = '', authority = ''] = /^([a-z0-9+.-]+:\/\/)([^/]*)/i.exec(destination) ?? [];
  const at = authority.lastIndexOf('@');
  return scheme + destination.slice(scheme.length + at + 1);
}
