import type { Account, HostSeen } from '../event.ts';
import { asArray, asInteger, asObject, asText, type JsonObject, own } from '../untrusted.ts';

/** The host record: who this Mac is and which accounts it has. An account without uid, name or home costs only itself. */
export function readHost(
  record: JsonObject,
  timeUs: number,
): { readonly event: HostSeen; readonly badRows: number } {
  const rows = asArray(own(record, 'accounts')) ?? [];
  const accounts = rows.flatMap((row) => {
    const object = asObject(row);
    const account = object && readAccount(object);
    return account ? [account] : [];
  });
  return {
    badRows: rows.length - accounts.length,
    event: {
      kind: 'host.seen',
      collector: 'host',
      timeUs,
      hostname: asText(own(record, 'hostname')) ?? '',
      hostId: asText(own(record, 'uuid')) ?? '',
      osVersion: asText(own(record, 'osVersion')) ?? '',
      complete: own(record, 'complete') === true,
      accounts,
    },
  };
}

function readAccount(row: JsonObject): Account | null {
  const uid = asInteger(own(row, 'uid'));
  const name = asText(own(row, 'name'));
  const home = asText(own(row, 'home'));
  if (uid === null || name === null || home === null) return null;
  return {
    uid,
    name,
    home,
    groups: asArray(own(row, 'groups'))?.filter((group) => typeof group === 'string') ?? null,
    folders: readFolders(asObject(own(row, 'folders'))),
  };
}

/** Folder name (`Documents`) to provider id (`icloud`); present only for folders that are cloud-backed. */
function readFolders(folders: JsonObject | null): ReadonlyMap<string, string> {
  const providers = new Map<string, string>();
  for (const [name, value] of Object.entries(folders ?? {})) {
    const folder = asObject(value);
    const provider = folder && asText(own(folder, 'provider'));
    if (provider !== null) providers.set(name, provider);
  }
  return providers;
}
