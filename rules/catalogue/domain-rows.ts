import type { CloudServicesFile } from './cloud-services.ts';
import type { DomainRule } from './domain-names.ts';
import { tsvRows } from './tsv-rows.ts';

const HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * Reads `domains.tsv`, lines of `domain service match source`. Rows of provider tags are sound but give no rule; faulty rows
 * are left out and described in `problems`.
 */
export function readDomainRules(
  file: string,
  text: string,
  { declaredIds, providers }: Pick<CloudServicesFile, 'declaredIds' | 'providers'>,
  problems: string[],
): readonly DomainRule[] {
  const rules: DomainRule[] = [];
  const seen = new Set<string>();
  for (const { line, text: row } of tsvRows(text)) {
    const columns = row.split('\t');
    const [host = '', service = '', match = '', source = ''] = columns;
    const where = `${file} line ${line}`;
    if (columns.length !== 4 || source === '') {
      problems.push(`${where}: needs domain, service, match and source, separated by tabs`);
    } else if (!HOST.test(host)) {
      problems.push(`${where}: "${host}" is no lower-case host name; write it like example.net`);
    } else if (match !== 'suffix' && match !== 'exact') {
      problems.push(`${where}: match "${match}" is unknown; use suffix or exact`);
    } else if (!declaredIds.has(service) && !providers.has(service)) {
      problems.push(`${where}: service "${service}" is no service id or provider tag; add its row`);
    } else if (seen.has(host)) {
      problems.push(`${where}: repeats "${host}"; keep one of the rows`);
    } else {
      seen.add(host);
      if (declaredIds.has(service)) rules.push({ match, host, service });
    }
  }
  return rules;
}
