import { describe, expect, it } from 'vitest';
import type { ItemKind } from '../../../agent/deliver/item.ts';
import type { Format } from '../../../agent/deliver/transport.ts';
import { collectorFiles, collectorJson, collectorText } from './collector-files.ts';
import { readConf } from './conf-file.ts';
import { encodedExamples, pathsOf } from './examples.ts';
import {
  columnsOfKql,
  fieldsOfEsql,
  fieldsOfKql,
  fieldsOfPpl,
  fieldsOfSpl,
} from './search-fields.ts';

const QUESTIONS = [
  'degraded',
  'exceptions',
  'fleet',
  'open-chains',
  'same-destination',
  'sanctioned-trend',
  'sequence-gaps',
  'silent-macs',
];

/** Which kinds of events a search reads, by what it asks for. */
const KINDS: readonly (readonly [RegExp, ItemKind])[] = [
  [/class_uid=2004|spillwatch\.findings['"]|Kind (?:==|in) \(?"finding"/, 'finding'],
  [/class_uid=2004|spillwatch\.flood|"flood"/, 'flood'],
  [/class_uid=6002|spillwatch\.heartbeat|Kind == "heartbeat"/, 'heartbeat'],
  [/class_uid=6008|spillwatch\.health\b|Kind == "health"/, 'health'],
];

function kindsOf(search: string): ReadonlySet<ItemKind> {
  return new Set(KINDS.flatMap(([pattern, kind]) => (pattern.test(search) ? [kind] : [])));
}

function fieldsSent(format: Format, kinds: ReadonlySet<ItemKind>): ReadonlySet<string> {
  const sent = encodedExamples(format).filter(({ kind }) => kinds.has(kind));
  return new Set(sent.flatMap(({ document }) => pathsOf(document)));
}

/** Fields that no event of the kinds that the search reads has. */
function strangers(search: string, fields: readonly string[], format: Format): readonly string[] {
  const sent = fieldsSent(format, kindsOf(search));
  return fields.filter((field) => !sent.has(field));
}

describe('every language has an answer to every question', () => {
  it.each([
    ['elastic', '.esql'],
    ['opensearch', '.ppl'],
    ['sentinel', '.kql'],
  ])('%s', (folder, ending) => {
    const files = collectorFiles(`searches/${folder}`, ending);
    expect(files.map(({ path }) => path)).toEqual(
      QUESTIONS.map((question) => `searches/${folder}/${question}${ending}`),
    );
    expect(files.filter(({ text }) => kindsOf(text).size === 0)).toEqual([]);
  });

  it('splunk', () => {
    const searches = readConf(collectorText('searches/splunk/savedsearches.conf'));
    expect(searches.size).toBe(QUESTIONS.length);
  });
});

describe('every field that a search names is in what the agent sends', () => {
  it.each(collectorFiles('searches/elastic', '.esql'))('$path', ({ text }) => {
    const fields = fieldsOfEsql(text);
    expect(fields.length).toBeGreaterThan(3);
    expect(strangers(text, fields, 'ecs')).toEqual([]);
  });

  it.each(collectorFiles('searches/opensearch', '.ppl'))('$path', ({ text }) => {
    const fields = fieldsOfPpl(text);
    expect(fields.length).toBeGreaterThan(3);
    expect(strangers(text, fields, 'ecs')).toEqual([]);
  });

  it.each(collectorFiles('searches/sentinel', '.kql'))('$path', ({ text }) => {
    const fields = fieldsOfKql(text);
    expect(fields.length).toBeGreaterThan(1);
    expect(strangers(text, fields, 'ocsf')).toEqual([]);
  });

  it.each([...readConf(collectorText('searches/splunk/savedsearches.conf'))])(
    'splunk: %s',
    (_name, settings) => {
      const search = settings.get('search') ?? '';
      const fields = fieldsOfSpl(search);
      expect(fields.length).toBeGreaterThan(3);
      expect(strangers(search, fields, 'ocsf')).toEqual([]);
    },
  );
});

it('Splunk gets the event in the envelope, so its fields are those of OCSF', () => {
  const [envelope] = encodedExamples('splunk');
  const [event] = encodedExamples('ocsf');
  expect(envelope?.document).toMatchObject({ event: event?.document });
});

interface Table {
  readonly properties: {
    readonly schema: { readonly name: string; readonly columns: readonly { name: string }[] };
  };
}

it('the queries of Sentinel name columns of the table only', () => {
  const { schema } = (collectorJson('mappings/sentinel-table.json') as Table).properties;
  const columns = schema.columns.map(({ name }) => name);
  for (const { text } of collectorFiles('searches/sentinel', '.kql')) {
    expect(text).toContain(schema.name);
    expect(columnsOfKql(text, columns)).toEqual(expect.arrayContaining(['TimeGenerated', 'Kind']));
  }
});

describe('what the checks above rest on', () => {
  it('fields are found, texts and columns are not', () => {
    expect(
      fieldsOfEsql(
        'FROM logs-a.b-c\n// x.y\n| WHERE event.kind == "a.b" AND @timestamp > 0.5\n| STATS last = MAX(host.name)',
      ),
    ).toEqual(['@timestamp', 'event.kind', 'host.name']);
    expect(
      fieldsOfPpl("source = logs-a.b\n| where `@timestamp` > 1 and labels.stage = 'x.y'"),
    ).toEqual(['@timestamp', 'labels.stage']);
    expect(fieldsOfKql('T\n| where tostring(Finding.a.b) == "Finding.c"')).toEqual(['a.b']);
    expect(
      fieldsOfSpl(
        `index=i class_uid=2004 | dedup metadata.uid | eval n = 'x.y' | stats dc(a.b) as c by status_code | sort 0 - c, severity_id`,
      ),
    ).toEqual(['class_uid', 'metadata.uid', 'status_code', 'severity_id', 'x.y', 'a.b']);
  });

  it('a field of another kind is a stranger', () => {
    const search = 'WHERE event.dataset == "spillwatch.heartbeat"';
    expect(strangers(search, ['spillwatch.rulesHash', 'labels.stage'], 'ecs')).toEqual([
      'labels.stage',
    ]);
  });
});
