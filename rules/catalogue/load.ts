import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE_FOLDER } from '../resources.ts';
import { AddressRanges } from './address-ranges.ts';
import type { Catalogue, CloudService } from './catalogue.ts';
import { readCloudServices } from './cloud-services.ts';
import { readDatabaseTools } from './database-tools.ts';
import { DomainNames, type DomainRule } from './domain-names.ts';
import { readDomainRules } from './domain-rows.ts';
import { readExportExtensions } from './export-kinds.ts';
import { readFileTools } from './file-tools.ts';
import { readUploadTools } from './upload-tools.ts';

/**
 * Reads the catalogue's files once, before the first event. A faulty row costs only itself and is one line of `problems`.
 * Throws when a file cannot be read, is no YAML, or lacks a section: without it the agent would be blind without saying so.
 */
export function loadCatalogue(directory: string = CATALOGUE_FOLDER): Catalogue {
  const problems: string[] = [];
  const read = (file: string): string => readCatalogueFile(directory, file);
  const cloud = readCloudServices('cloud-services.yml', read('cloud-services.yml'), problems);
  const { ranges, problems: rangeProblems } = AddressRanges.parse(read('ranges.tsv'), 'ranges.tsv');
  problems.push(...rangeProblems);
  const rules = readDomainRules('domains.tsv', read('domains.tsv'), cloud, problems);
  const services = [...cloud.services.values()];
  const rangeServices = servicesByRange(services, ranges.names(), problems);
  return {
    databaseTools: readDatabaseTools('database-tools.yml', read('database-tools.yml'), problems),
    services: cloud.services,
    syncClients: cloud.syncClients,
    browsers: cloud.browsers,
    uploadTools: readUploadTools(
      'upload-tools.yml',
      read('upload-tools.yml'),
      cloud.declaredIds,
      problems,
    ),
    exportExtensions: readExportExtensions('export-kinds.yml', read('export-kinds.yml'), problems),
    ...readFileTools('file-tools.yml', read('file-tools.yml'), problems),
    domains: DomainNames.from([...services.flatMap(hostRules), ...rules]),
    ranges,
    problems,
    serviceOfRange: (name) => rangeServices.get(name) ?? null,
  };
}

function readCatalogueFile(directory: string, file: string): string {
  const path = join(directory, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot read the catalogue file ${path} (${reason}); install the agent again`, {
      cause,
    });
  }
}

/** The service's own rows; they come before those of domains.tsv and so win over them. */
function hostRules({ id, hosts, exactHosts, hostPatterns }: CloudService): readonly DomainRule[] {
  return [
    ...exactHosts.map((host) => ({ match: 'exact', host, service: id }) as const),
    ...hosts.map((host) => ({ match: 'suffix', host, service: id }) as const),
    ...hostPatterns.map((host) => ({ match: 'pattern', host, service: id }) as const),
  ];
}

function servicesByRange(
  services: readonly CloudService[],
  known: ReadonlySet<string>,
  problems: string[],
): ReadonlyMap<string, string> {
  const byRange = new Map<string, string>();
  for (const { id, ranges } of services) {
    for (const range of ranges) {
      byRange.set(range, id);
      if (!known.has(range)) {
        problems.push(
          `cloud-services.yml services ${id}: no row of ranges.tsv is named "${range}"`,
        );
      }
    }
  }
  return byRange;
}
