import type { ServiceTier } from '../finding.ts';
import {
  type Browser,
  type CloudService,
  SERVICE_KINDS,
  type ServiceKind,
  type SyncClient,
} from './catalogue.ts';
import { readTeam } from './database-tools.ts';
import { patternProblem } from './domain-names.ts';
import { type RowFields, readRows } from './row-fields.ts';
import { type Row, yamlRows } from './yaml-rows.ts';

/** What `cloud-services.yml` holds. */
export interface CloudServicesFile {
  readonly services: ReadonlyMap<string, CloudService>;
  /** Ids of all rows that have one, also of faulty rows: another row that names such an id is not at fault. */
  readonly declaredIds: ReadonlySet<string>;
  /** Tags of domains.tsv that stand for a company or a heap of sites, never for a service. */
  readonly providers: ReadonlySet<string>;
  readonly syncClients: readonly SyncClient[];
  readonly browsers: readonly Browser[];
}

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]+$/;

/** Reads `cloud-services.yml`; faulty rows are left out and described in `problems`. */
export function readCloudServices(
  file: string,
  text: string,
  problems: string[],
): CloudServicesFile {
  const rows = yamlRows(file, text, ['services', 'providers', 'syncClients', 'browsers']);
  const declaredIds = idsOf(rows('services'));
  const claims = new Claims();
  const services = readRows(
    rows('services'),
    problems,
    (fields) => readService(fields, claims),
    (service) => service.id,
  );
  return {
    services: new Map(services.map((service) => [service.id, service])),
    declaredIds,
    providers: new Set(readRows(rows('providers'), problems, readProvider, (tag) => tag)),
    syncClients: readRows(
      rows('syncClients'),
      problems,
      (fields) => readSyncClient(fields, declaredIds),
      (client) => client.name,
    ),
    browsers: readRows(rows('browsers'), problems, readBrowser, (browser) => browser.name),
  };
}

/** The tier that follows from what a service is for. */
export function tierOfKind(kind: ServiceKind): ServiceTier {
  switch (kind) {
    case 'file-transfer':
    case 'paste':
      return 'anonymous';
    case 'tunnel':
    case 'webhook':
      return 'tunnel';
    case 'chat':
      return 'messenger';
    case 'sync':
    case 'object-storage':
    case 'backup':
    case 'code-hosting':
    case 'notes':
    case 'ai':
    case 'design':
    case 'media':
      return 'storage';
  }
}

/** Hosts and ranges that a service has taken; a second service cannot have them too. */
class Claims {
  readonly #owners = new Map<string, string>();

  claim(fields: RowFields, what: string, values: readonly string[], id: string): void {
    for (const value of values) {
      const key = `${what} ${value}`;
      const owner = this.#owners.get(key);
      if (owner === undefined) this.#owners.set(key, id);
      else if (owner !== id) fields.fault(`${key} already belongs to ${owner}; keep it in one row`);
    }
  }
}

function readService(fields: RowFields, claims: Claims): CloudService {
  const service: CloudService = {
    id: fields.text('id'),
    name: fields.text('name'),
    kind: fields.choice('kind', SERVICE_KINDS),
    tier: fields.choice('tier', ['storage', 'anonymous', 'tunnel', 'messenger']),
    hosts: fields.texts('hosts'),
    exactHosts: fields.texts('exactHosts'),
    hostPatterns: fields.texts('hostPatterns'),
    ranges: fields.texts('ranges'),
    folders: fields.texts('folders'),
    fileProviders: fields.texts('fileProviders'),
    ...fields.provenance(),
  };
  if (service.id !== '' && !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(service.id)) {
    fields.fault('id must be kebab-case: a-z, 0-9 and single hyphens');
  }
  const tier = tierOfKind(service.kind);
  if (service.tier !== tier) fields.fault(`tier must be ${tier} for the kind ${service.kind}`);
  for (const host of [...service.hosts, ...service.exactHosts]) {
    if (!HOST.test(host))
      fields.fault(`"${host}" is no host name; write it like files.example.net`);
  }
  for (const pattern of service.hostPatterns) {
    const problem = patternProblem(pattern);
    if (problem !== null)
      fields.fault(`hostPatterns "${pattern}" is no RE2 expression: ${problem}`);
  }
  for (const folder of service.folders) {
    if (!/^~(?:\/[^/]+)+$/.test(folder)) {
      fields.fault(`folder "${folder}" must start with ~/ and not end in /`);
    }
  }
  claims.claim(fields, 'host', service.hosts, service.id);
  claims.claim(fields, 'exact host', service.exactHosts, service.id);
  claims.claim(fields, 'range', service.ranges, service.id);
  return service;
}

function readProvider(fields: RowFields): string {
  fields.text('name');
  fields.provenance();
  return fields.text('tag');
}

function readSyncClient(fields: RowFields, declaredIds: ReadonlySet<string>): SyncClient {
  const service = fields.optionalText('service');
  if (service !== null && !declaredIds.has(service)) {
    fields.fault(`service "${service}" has no row in services; add one or leave service out`);
  }
  return { service, ...readSigned(fields), ...fields.provenance() };
}

function readBrowser(fields: RowFields): Browser {
  return {
    bundles: fields.texts('bundles'),
    sharedIds: fields.texts('sharedIds'),
    ...readSigned(fields),
    ...fields.provenance(),
  };
}

function readSigned(
  fields: RowFields,
): Omit<SyncClient, 'service' | 'source' | 'trust' | 'checked'> {
  const signed = {
    name: fields.text('name'),
    signingIds: fields.texts('signingIds'),
    teamId: readTeam(fields),
    platformBinary: fields.flag('platformBinary'),
  };
  if (signed.signingIds.length === 0)
    fields.fault('signingIds is empty; add the id that codesign shows');
  if (signed.signingIds.some((id) => id.includes('*')))
    fields.fault('signingIds must be exact ids without *');
  return signed;
}

function idsOf(rows: readonly Row[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { fields } of rows) {
    const id = fields.get('id');
    if (typeof id === 'string') ids.add(id);
  }
  return ids;
}
