import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { COLLECTOR, collectorFiles, collectorText } from './collector-files.ts';
import { readConf } from './conf-file.ts';

/** A YAML file as plain data; throws for one that is not clean, with a key twice for instance. */
function readYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw fault;
  return document.toJS() as unknown;
}

/** The files of a folder as data, by their names. */
function configurations(folder: string): ReadonlyMap<string, unknown> {
  return new Map(
    collectorFiles(folder, '.yaml').map(({ path, text }) => [
      path.slice(folder.length + 1),
      readYaml(text),
    ]),
  );
}

type Named<Part> = Readonly<Record<string, Part>>;

/** The parts of all files by name; two files have none of the same name. */
function together<Part>(parts: readonly (Named<Part> | undefined)[]): ReadonlyMap<string, Part> {
  const all = parts.flatMap((part) => Object.entries(part ?? {}));
  expect(new Set(all.map(([name]) => name)).size).toBe(all.length);
  return new Map(all);
}

const ALL = collectorFiles('', '.yaml', '.conf', '.json');

describe('every configuration', () => {
  it('is there', () => {
    expect(ALL.length).toBeGreaterThan(25);
  });

  it.each(ALL.filter(({ path }) => path.endsWith('.yaml')))('$path is YAML', ({ text }) => {
    expect(readYaml(text)).toBeTypeOf('object');
  });

  it.each(ALL.filter(({ path }) => path.endsWith('.json')))('$path is JSON', ({ text }) => {
    expect(JSON.parse(text)).toBeTypeOf('object');
  });

  it.each(ALL)('$path holds no secret: what looks like one is read from elsewhere', ({ text }) => {
    const secrets = text.match(/(?:token|password|passwd|pwd|api_key|secret)["']?\s*[:=]\s*\S+/gi);
    for (const secret of secrets ?? [])
      expect(secret).toMatch(/SECRET\[|\$\{|`cat$|`cat |uri: file|^secret:/i);
  });

  it.each(ALL)('$path names files of the certificates page only', ({ text }) => {
    const page = collectorText('README.md');
    for (const [, name = ''] of text.matchAll(/spillwatch-collector\/tls\/([\w.-]+)/g))
      expect(`${page} kafka-client.pem kafka-client.key`).toContain(name);
  });
});

interface VectorSink {
  readonly inputs: readonly string[];
  readonly acknowledgements: { readonly enabled: boolean };
  readonly buffer: readonly { readonly max_size: number }[];
  readonly encoding?: { readonly except_fields: readonly string[] };
}

interface VectorFile {
  readonly sources?: Named<{ readonly tls: object }>;
  readonly transforms?: Named<{ readonly inputs: readonly string[] }>;
  readonly sinks?: Named<VectorSink>;
}

describe('Vector', () => {
  const files = [...configurations('vector').values()] as readonly VectorFile[];
  const sources = together(files.map((file) => file.sources));
  const transforms = together(files.map((file) => file.transforms));
  const sinks = together(files.map((file) => file.sinks));

  it('leads every part to one that exists', () => {
    const outputs = new Set([...sources.keys(), ...transforms.keys()]);
    const inputs = [...transforms.values(), ...sinks.values()].flatMap((part) => part.inputs);
    expect(inputs.length).toBe(7);
    expect(inputs.filter((input) => !outputs.has(input))).toEqual([]);
  });

  it('names secrets as Vector reads them', () => {
    const text = collectorFiles('vector', '.yaml').map((file) => file.text);
    const secrets = text.join('\n').match(/\bSECRET\[[^\]]*\]?/g) ?? [];
    expect(secrets.length).toBe(2);
    // src/config/loading/secret.rs of Vector.
    for (const secret of secrets) expect(secret).toMatch(/^SECRET\[\w+\.[\w.]+\]$/);
  });

  it('takes clients with a certificate only', () => {
    expect(sources.size).toBe(1);
    for (const { tls } of sources.values())
      expect(tls).toMatchObject({ enabled: true, verify_certificate: true });
  });

  it('answers when a batch is on the disk of every sink, and loses nothing when that is full', () => {
    for (const sink of sinks.values()) {
      expect(sink.acknowledgements.enabled).toBe(true);
      expect(sink.buffer).toMatchObject([{ type: 'disk', when_full: 'block' }]);
      // The least that Vector takes.
      expect(sink.buffer[0]?.max_size).toBeGreaterThanOrEqual(268_435_488);
    }
  });

  it('drops no repeat before that', () => {
    for (const sink of sinks.values()) expect(sink.inputs).toEqual(['spillwatch']);
    expect(transforms.get('spillwatch_once')).toMatchObject({
      fields: { match: ['metadata.uid'] },
    });
  });

  it('writes no field of its own into an event, but for the sink that takes it out again', () => {
    const elastic = sinks.get('spillwatch_elastic');
    expect(elastic).toMatchObject({ mode: 'data_stream', id_key: 'spillwatch_id' });
    const others = [...sinks.values()].filter((sink) => sink !== elastic);
    for (const { encoding } of others)
      expect(encoding?.except_fields).toEqual(['timestamp', 'spillwatch_id']);
  });
});

interface FluentBitFile {
  readonly service?: object;
  readonly parsers?: readonly { readonly name: string; readonly regex?: string }[];
  readonly pipeline: {
    readonly inputs?: readonly { readonly name: string; readonly parser?: string }[];
    readonly outputs?: readonly Named<string>[];
  };
}

describe('Fluent Bit', () => {
  const files = configurations('fluent-bit') as ReadonlyMap<string, FluentBitFile>;
  const text = collectorText('fluent-bit/fluent-bit.yaml');
  const inputs = [...files.values()].flatMap(({ pipeline }) => pipeline.inputs ?? []);
  const outputs = [...files.values()].flatMap(({ pipeline }) => pipeline.outputs ?? []);

  it('names hand-overs that exist', () => {
    const named = [...text.matchAll(/^# {2}- (\S+\.yaml)$/gm)].map(([, name]) => name);
    const there = [...files.keys()].filter((name) => name.startsWith('to-'));
    expect(new Set(named)).toEqual(new Set(there));
  });

  it('names every secret that a hand-over reads', () => {
    const all = collectorFiles('fluent-bit', '.yaml').map((file) => file.text);
    const variables = [...all.join('\n').matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
    expect(variables.length).toBeGreaterThan(2);
    expect(variables.filter((name) => !text.includes(`- name: ${name}\n`))).toEqual([]);
  });

  it('takes clients with a certificate only, and keeps what it took on disk', () => {
    expect(inputs.length).toBe(2);
    for (const input of inputs)
      expect(input).toMatchObject({
        tag: 'spillwatch',
        tls: 'on',
        'tls.verify': 'on',
        'tls.verify_client_cert': 'on',
        'storage.type': 'filesystem',
      });
    expect(files.get('fluent-bit.yaml')?.service).toMatchObject({ 'storage.sync': 'full' });
  });

  it('reads syslog as Spillwatch frames it', () => {
    const syslog = inputs.find(({ name }) => name === 'syslog');
    expect(syslog).toMatchObject({ format: 'octet_counting', buffer_max_size: '4M' });
    const parsers = files.get('syslog-input.yaml')?.parsers ?? [];
    const { regex = '' } = parsers.find(({ name }) => name === syslog?.parser) ?? {};
    const message =
      '<107>1 2026-10-14T07:31:35.123456Z mac-17 spillwatch - OCSF2004 [finding@32473 uid="u" class="2004"] {"a":"]} {"}';
    expect(new RegExp(regex).exec(message)?.groups).toMatchObject({
      host: 'mac-17',
      msgid: 'OCSF2004',
      event: '{"a":"]} {"}',
    });
  });

  it('gives up on nothing, within bounds', () => {
    expect(outputs.length).toBe(5);
    for (const output of outputs) {
      expect(output).toMatchObject({ match: 'spillwatch', retry_limit: 'no_limits' });
      const bound = output['storage.total_limit_size'] ?? output['store_dir_limit_size'];
      expect(bound).toMatch(/^[24]G$/);
    }
  });
});

interface OtelFile {
  readonly receivers?: Named<{ readonly protocols: { readonly http: { readonly tls: object } } }>;
  readonly processors?: Named<object>;
  readonly exporters?: Named<{
    readonly retry?: { readonly max_retries: number };
    readonly retry_on_failure?: { readonly max_elapsed_time: string };
    readonly sending_queue?: { readonly storage: string; readonly block_on_overflow?: boolean };
  }>;
  readonly extensions?: Named<{ readonly fsync?: boolean }>;
  readonly service: {
    readonly extensions?: readonly string[];
    readonly pipelines: Named<
      Readonly<Record<'receivers' | 'processors' | 'exporters', readonly string[]>>
    >;
  };
}

describe('OpenTelemetry Collector', () => {
  const files = [...configurations('opentelemetry-collector').values()] as readonly OtelFile[];
  const receivers = together(files.map((file) => file.receivers));
  const processors = together(files.map((file) => file.processors));
  const exporters = together(files.map((file) => file.exporters));
  const extensions = together(files.map((file) => file.extensions));
  /** Those that send on, which wait for a network. */
  const senders = [...exporters].filter(([name]) => !name.startsWith('file/'));

  it('has a pipeline a file, of parts that exist', () => {
    const pipelines = [...together(files.map(({ service }) => service.pipelines)).values()];
    expect(pipelines.length).toBe(files.length);
    for (const pipeline of pipelines) {
      expect([...receivers.keys()]).toEqual(expect.arrayContaining([...pipeline.receivers]));
      expect([...processors.keys()]).toEqual(expect.arrayContaining([...pipeline.processors]));
      expect([...exporters.keys()]).toEqual(expect.arrayContaining([...pipeline.exporters]));
    }
    const started = files.flatMap(({ service }) => service.extensions ?? []);
    expect(new Set(started)).toEqual(new Set(extensions.keys()));
  });

  it('takes clients with a certificate only', () => {
    const tls = receivers.get('otlp')?.protocols.http.tls;
    expect(tls).toMatchObject({ client_ca_file: '/etc/spillwatch-collector/tls/ca.pem' });
  });

  it('has no part that answers before a batch is on disk', () => {
    expect([...processors.keys()].join(' ')).not.toMatch(/batch|dedup/);
    expect(senders.length).toBe(4);
    for (const [, { sending_queue: queue }] of senders) {
      expect(extensions.get(queue?.storage ?? '')?.fsync).toBe(true);
      expect(queue?.block_on_overflow).toBeUndefined();
    }
  });

  it('gives up on nothing', () => {
    const patience = senders.map(([name, exporter]) => [
      name,
      exporter.retry_on_failure?.max_elapsed_time ?? exporter.retry?.max_retries,
    ]);
    expect(Object.fromEntries(patience)).toEqual({
      'splunk_hec/spillwatch': '0s',
      'elasticsearch/spillwatch': 1000,
      'kafka/spillwatch': '0s',
      'awss3/spillwatch': '0s',
    });
  });
});

describe('rsyslog', () => {
  const files = collectorFiles('rsyslog', '.conf').filter(({ text }) => !text.includes('[monitor'));
  const all = files.map(({ text }) => text).join('\n');

  function names(pattern: RegExp): ReadonlySet<string> {
    return new Set([...all.matchAll(pattern)].map(([, name = '']) => name));
  }

  it('uses templates and rulesets that are defined', () => {
    const templates = names(/^template\(name="(\w+)"/gm);
    for (const used of names(/(?:\btemplate|bulkId|\bkey)="(spillwatch\w*)"/g))
      expect([...templates]).toContain(used);
    const rulesets = names(/^ruleset\(\s*name="(\w+)"/gm);
    for (const used of names(/(?:^\s*#?call |[rR]uleset=")(\w+)/gm))
      expect([...rulesets]).toContain(used);
    expect(rulesets.size).toBe(4);
  });

  it('includes hand-overs that exist', () => {
    const included = names(/^#include\(file="[^"]*\/([\w-]+\.conf)"\)/gm);
    expect(included).toEqual(new Set(['to-elastic.conf', 'to-kafka.conf']));
    for (const name of included) expect(existsSync(join(COLLECTOR, 'rsyslog', name))).toBe(true);
  });

  it('bounds every queue on disk', () => {
    const queues = all.split('queue.filename=').slice(1);
    expect(queues.length).toBe(4);
    for (const queue of queues) expect(queue.slice(0, 200)).toMatch(/queue\.maxDiskSpace="\dg"/);
  });

  it('the forwarder reads the file that rsyslog writes, as the source type of the settings', () => {
    const [[monitor, settings]] = [
      ...readConf(collectorText('rsyslog/splunk-forwarder-inputs.conf')),
    ] as [[string, ReadonlyMap<string, string>]];
    const [, file = ''] = /omfile"\s*name="spillwatchFile"\s*file="([^"]+)"/.exec(all) ?? [];
    expect(monitor).toBe(`monitor://${file}*`);
    const props = readConf(collectorText('mappings/splunk/props.conf'));
    expect([...props.keys()]).toContain(settings.get('sourcetype'));
  });
});

it('every hand-over to Splunk names the source type of the mappings, to Elasticsearch the data stream', () => {
  const splunk = ALL.filter(({ path }) => path.includes('to-splunk'));
  const elastic = ALL.filter(({ path }) => path.includes('to-elastic'));
  expect([splunk.length, elastic.length]).toEqual([3, 4]);
  for (const { text } of splunk) expect(text).toContain('ocsf:spillwatch:spillwatch');
  for (const { text } of elastic) expect(text).toMatch(/spillwatch\.findings/);
});
