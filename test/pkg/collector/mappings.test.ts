import { describe, expect, it } from 'vitest';
import { itemOf } from '../../agent/deliver/items.ts';
import { openTransport, reply, secretFile, startReceiver } from '../../agent/deliver/receiver.ts';
import { NEVER } from '../../agent/deliver/surroundings.ts';
import { collectorFiles, collectorJson, collectorText } from './collector-files.ts';
import { readConf } from './conf-file.ts';
import { encodedExamples, pathsOf } from './examples.ts';
import { fieldsOfEsql, fieldsOfPpl } from './search-fields.ts';

interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
}

interface Template {
  readonly index_patterns: readonly string[];
  readonly data_stream: object;
  readonly template: {
    readonly mappings: Mapping & { readonly dynamic_templates: readonly object[] };
  };
}

/** Fields with a type of their own. */
function typedFields({ properties = {} }: Mapping, path = ''): readonly string[] {
  return Object.entries(properties).flatMap(([name, mapping]) => {
    const field = path === '' ? name : `${path}.${name}`;
    return mapping.properties === undefined ? [field] : typedFields(mapping, field);
  });
}

const TEMPLATES = [
  'mappings/elastic-index-template.json',
  'mappings/opensearch-index-template.json',
];

describe.each(TEMPLATES)('%s', (path) => {
  const template = collectorJson(path) as Template;
  const { mappings } = template.template;
  const sent = new Set(
    [...encodedExamples('ecs'), ...encodedExamples('ocsf')].flatMap(({ document }) =>
      pathsOf(document),
    ),
  );

  it('is for the data stream that the agent writes to unless told otherwise', () => {
    expect(template.data_stream).toEqual({});
    expect(template.index_patterns).toEqual(['logs-spillwatch.*-*']);
  });

  it('gives types to fields that there are', () => {
    const fields = typedFields(mappings);
    expect(fields.length).toBeGreaterThan(40);
    expect(fields.filter((field) => !sent.has(field))).toEqual([]);
  });

  it('gives a type to every field that a search names, so that a search works before the first event has it', () => {
    const typed = new Set(typedFields(mappings));
    const named = [
      ...collectorFiles('searches/elastic', '.esql').flatMap(({ text }) => fieldsOfEsql(text)),
      ...collectorFiles('searches/opensearch', '.ppl').flatMap(({ text }) => fieldsOfPpl(text)),
      'tags',
      'message',
    ];
    expect([...new Set(named)].filter((field) => !typed.has(field))).toEqual([]);
  });

  it('keeps every text below what Lucene takes as one term', () => {
    const texts =
      collectorText(path).match(/"type": "(?:keyword|flattened)",\s*"[^"]*": \d+/g) ?? [];
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) expect(text).toMatch(/"ignore_above": 8191$/);
  });

  it('takes numbers of the summary as double, whichever comes first', () => {
    const rules = mappings.dynamic_templates.flatMap((rule): unknown[] => Object.values(rule));
    for (const place of ['spillwatch.*', 'ocsf.unmapped.spillwatch.*', 'unmapped.spillwatch.*'])
      for (const type of ['long', 'double'])
        expect(rules).toContainEqual({
          path_match: place,
          match_mapping_type: type,
          mapping: { type: 'double' },
        });
  });
});

type Columns = readonly { readonly name: string; readonly type: string }[];

interface Table {
  readonly properties: { readonly schema: { readonly name: string; readonly columns: Columns } };
}

interface Rule {
  readonly streamDeclarations: Readonly<Record<string, { readonly columns: Columns }>>;
  readonly destinations: { readonly logAnalytics: readonly { readonly name: string }[] };
  readonly dataFlows: readonly {
    readonly streams: readonly string[];
    readonly destinations: readonly string[];
    readonly outputStream: string;
  }[];
}

describe('Sentinel', () => {
  const table = (collectorJson('mappings/sentinel-table.json') as Table).properties.schema;
  const rule = (collectorJson('mappings/sentinel-dcr.json') as { properties: Rule }).properties;

  it('table and rule have the columns that the agent sends', async () => {
    const entra = await startReceiver(reply(200, { access_token: 'token', expires_in: 3600 }));
    const monitor = await startReceiver(reply(204));
    const transport = openTransport('sentinel', {
      endpoint: monitor.url,
      authority: entra.url,
      ruleId: 'dcr-0123456789abcdef',
      stream: 'Custom-Spillwatch_CL',
      tenantId: 'example.net',
      clientId: 'client',
      clientSecretFile: secretFile('secret'),
    });
    await transport.send([itemOf(1)], NEVER);
    const rows = JSON.parse(monitor.requests[0]?.text ?? '[]') as readonly object[];
    const sent = Object.keys(rows[0] ?? {});
    expect(sent).toContain('Uid');
    expect(table.columns.map(({ name }) => name)).toEqual(sent);
    const [declared] = Object.values(rule.streamDeclarations);
    expect(declared?.columns.map(({ name }) => name)).toEqual(sent);
  });

  it('the flow leads from the stream to the table', () => {
    const [flow] = rule.dataFlows;
    expect(flow?.outputStream).toBe(`Custom-${table.name}`);
    expect(flow?.streams).toEqual(Object.keys(rule.streamDeclarations));
    expect(flow?.destinations).toEqual(rule.destinations.logAnalytics.map(({ name }) => name));
  });
});

describe('Splunk', () => {
  it('every file has stanzas of settings', () => {
    const files = collectorFiles('mappings/splunk', '.conf');
    expect(files.map(({ text }) => readConf(text).size)).toEqual([1, 2, 1, 1]);
  });

  it('the settings are for the source type that events have, which finds the time in them', () => {
    const props = readConf(collectorText('mappings/splunk/props.conf'));
    for (const { document } of encodedExamples('splunk')) {
      const { sourcetype, event, time } = document as {
        sourcetype: string;
        event: unknown;
        time: number;
      };
      const settings = props.get(sourcetype);
      const [, after = ''] = JSON.stringify(event).split(settings?.get('TIME_PREFIX') ?? '', 2);
      const lookahead = Number(settings?.get('MAX_TIMESTAMP_LOOKAHEAD'));
      // %s%3N: seconds and milliseconds.
      expect(Number(after.slice(0, lookahead))).toBe(time * 1000);
    }
  });

  it('limits let an event of the largest size have fields', () => {
    const limits = readConf(collectorText('mappings/splunk/limits.conf'));
    expect(Number(limits.get('kv')?.get('maxchars'))).toBeGreaterThanOrEqual(1_048_576);
  });
});
