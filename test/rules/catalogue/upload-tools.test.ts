import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UploadForm, UploadTool } from '../../../rules/catalogue/catalogue.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';
import { readUploadTools } from '../../../rules/catalogue/upload-tools.ts';

const SERVICES = new Set(['s3', 'dropbox']);

const ROW = `
  - name: tool
    names: [tool, tool2]
    modules: [tool_cli]
    signingIds: [com.example.tool]
    notWith: [--rehearse]
    service: s3
    valueOptions: [-x, --profile]
    endpointOptions: [--endpoint]
    switches: [--quiet]
    backends: { box: dropbox }
    schemes: { s3: s3 }
    commands:
      - { verbs: [put, object], form: sources-then-remote, remotes: [colon, url] }
      - form: options
        fileOptions: [-T]
        globsUnless: [-g]
        formOptions: [-F]
        dataOptions: [-d]
        namedDataOptions: [--named]
        valueOptions: [--title]
        notWith: [--listen]
        inputWith: [--from=pipe]
        fedUnless: [--no-input]
        labelSign: "#"
        destinationOptions: [--url]
        accountOptions: [--account]
        accountHost: "{}.example.net"
      - { form: container-then-sources, scheme: "b2://", inputWithoutOperands: true }
    source: tool(1)
    trust: high
    checked: 2026-11-24
`;
const SECOND = `
  - name: second
    names: [second]
    commands: [{ form: sources }]
    source: second(1)
    trust: low
    checked: 2026-11-24
`;

function read(rows: string): {
  readonly tools: readonly UploadTool[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const tools = readUploadTools('upload-tools.yml', `uploadTools:${rows}`, SERVICES, problems);
  return { tools, problems };
}

const EMPTY: UploadForm = {
  verbs: [],
  form: 'sources',
  remotes: [],
  scheme: null,
  notWith: [],
  inputWith: [],
  fedUnless: [],
  inputWithoutOperands: false,
  labelSign: null,
  valueOptions: [],
  fileOptions: [],
  globsUnless: [],
  formOptions: [],
  dataOptions: [],
  namedDataOptions: [],
  destinationOptions: [],
  accountOptions: [],
  accountHost: null,
};

describe('a row of the upload tools', () => {
  it('is read whole, with everything absent that is not written', () => {
    expect(read(ROW + SECOND)).toEqual({
      problems: [],
      tools: [
        {
          name: 'tool',
          names: ['tool', 'tool2'],
          modules: ['tool_cli'],
          signingIds: ['com.example.tool'],
          notWith: ['--rehearse'],
          service: 's3',
          valueOptions: ['-x', '--profile'],
          switches: new Set(['--quiet']),
          endpointOptions: ['--endpoint'],
          backends: new Map([['box', 'dropbox']]),
          schemes: new Map([['s3', 's3']]),
          commands: [
            {
              ...EMPTY,
              verbs: ['put', 'object'],
              form: 'sources-then-remote',
              remotes: ['colon', 'url'],
            },
            {
              ...EMPTY,
              form: 'options',
              fileOptions: ['-T'],
              globsUnless: ['-g'],
              formOptions: ['-F'],
              dataOptions: ['-d'],
              namedDataOptions: ['--named'],
              valueOptions: ['--title'],
              notWith: ['--listen'],
              inputWith: ['--from=pipe'],
              fedUnless: ['--no-input'],
              labelSign: '#',
              destinationOptions: ['--url'],
              accountOptions: ['--account'],
              accountHost: '{}.example.net',
            },
            {
              ...EMPTY,
              form: 'container-then-sources',
              scheme: 'b2://',
              inputWithoutOperands: true,
            },
          ],
          source: 'tool(1)',
          trust: 'high',
          checked: '2026-11-24',
        },
        {
          name: 'second',
          names: ['second'],
          modules: [],
          signingIds: [],
          notWith: [],
          service: null,
          valueOptions: [],
          switches: new Set(),
          endpointOptions: [],
          backends: new Map(),
          schemes: new Map(),
          commands: [EMPTY],
          source: 'second(1)',
          trust: 'low',
          checked: '2026-11-24',
        },
      ],
    });
  });

  it.each([
    ['has no executable', 'names: [tool, tool2]', 'names: []', 'names is empty'],
    [
      'has no command',
      /commands:[^]*?\n    source/,
      'commands: []\n    source',
      'commands is empty',
    ],
    [
      'has a command that is text',
      /commands:[^]*?\n    source/,
      'commands: [put]\n    source',
      'is no map',
    ],
    [
      'has commands that are no list',
      /commands:[^]*?\n    source/,
      'commands: put\n    source',
      'list of maps',
    ],
    ['has a form nobody knows', 'form: options', 'form: optional', 'form must be one of'],
    ['has a remote nobody knows', '[colon, url]', '[colon, host]', 'remotes must be of colon, url'],
    ['has a key in a command that nobody knows', 'scheme:', 'schema:', '"schema"'],
    ['has verbs that are no list', 'verbs: [put, object]', 'verbs: put', 'verbs must be'],
    ['talks to a service nobody declared', 'service: s3', 'service: s4', 'service "s4"'],
    ['has a back end of such a service', 'box: dropbox', 'box: dropbux', 'service "dropbux"'],
    ['leads to such a service by a scheme', 's3: s3', 's3: s4', 'service "s4"'],
    ['has a flag that is neither', 'Operands: true', 'Operands: yes', 'must be true or false'],
    ['has back ends that are no map', '{ box: dropbox }', '[box]', 'backends must be'],
    ['does not say where it is from', 'source: tool(1)', 'note: x', 'source is missing'],
  ])('that %s costs only itself and is reported', (_, search, replacement, message) => {
    const row = ROW.replace(search, replacement);
    expect(row).not.toBe(ROW);
    const { tools, problems } = read(row + SECOND);
    expect(tools.map(({ name }) => name)).toEqual(['second']);
    expect(problems.join('\n')).toContain(message);
    for (const problem of problems)
      expect(problem).toMatch(/^upload-tools\.yml uploadTools row 1 \(line 2, tool\): /);
  });

  it('that has the same executables as one before is reported, and the first stays', () => {
    const { tools, problems } = read(SECOND + SECOND.replace('name: second', 'name: third'));
    expect(tools.map(({ name }) => name)).toEqual(['second']);
    expect(problems).toEqual([expect.stringContaining('repeats "second"')]);
  });

  it('may share its display name with another', () => {
    const { tools, problems } = read(SECOND + SECOND.replace('[second]', '[other]'));
    expect(problems).toEqual([]);
    expect(tools).toHaveLength(2);
  });
});

describe('the file of upload tools', () => {
  const catalogue = loadCatalogue();
  const forms = catalogue.uploadTools.flatMap((tool) =>
    tool.commands.map((form) => [`${tool.name} ${form.verbs.join(' ')}`, form, tool] as const),
  );

  it('is read without a problem', () => {
    const problems: string[] = [];
    const text = readFileSync(
      join(import.meta.dirname, '../../../rules/catalogue/upload-tools.yml'),
      'utf8',
    );
    const tools = readUploadTools(
      'upload-tools.yml',
      text,
      new Set(catalogue.services.keys()),
      problems,
    );
    expect(problems).toEqual([]);
    expect(tools).toEqual(catalogue.uploadTools);
    expect(tools.length).toBeGreaterThanOrEqual(25);
  });

  it('has the tools that the design and the scenarios name', () => {
    const names = new Set(catalogue.uploadTools.flatMap((tool) => tool.names));
    const wanted = [
      'rclone',
      'aws',
      'gsutil',
      'gcloud',
      'az',
      'azcopy',
      'curl',
      's3cmd',
      'mega-put',
    ];
    expect(
      [...wanted, 'dbxcli', 'scp', 'rsync', 'nextcloudcmd'].filter((name) => !names.has(name)),
    ).toEqual([]);
    const modules = catalogue.uploadTools.flatMap((tool) => tool.modules);
    expect(modules).toContain('azure.cli');
  });

  it('has no executable and no module in two rows, and no path as a name', () => {
    const names = catalogue.uploadTools.flatMap((tool) => tool.names);
    const modules = catalogue.uploadTools.flatMap((tool) => tool.modules);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(modules.filter((name, at) => modules.indexOf(name) !== at)).toEqual([]);
    expect(names.filter((name) => name.includes('/'))).toEqual([]);
  });

  it('takes no program for an upload tool that is a database tool too', () => {
    const names = new Set(catalogue.databaseTools.flatMap((tool) => tool.names));
    expect(
      catalogue.uploadTools.flatMap((tool) => tool.names).filter((name) => names.has(name)),
    ).toEqual([]);
  });

  it.each(forms)('says of "%s" what its form needs', (_, form, tool) => {
    const options = [form.fileOptions, form.formOptions, form.dataOptions, form.namedDataOptions];
    const hasContainer = form.form.startsWith('container-');
    const needsRemote = form.form === 'sources-then-remote' || form.form === 'stdin-then-remote';
    expect(form.remotes.length > 0).toBe(needsRemote);
    expect(options.flat().length > 0).toBe(form.form === 'options');
    expect(form.accountOptions.length > 0).toBe(form.accountHost !== null);
    expect(form.accountHost ?? '{}').toContain('{}');
    const showsValue = hasContainer || form.destinationOptions.length > 0;
    expect(form.scheme === null || showsValue).toBe(true);
    expect(form.inputWithoutOperands && form.form !== 'sources').toBe(false);
    expect(form.globsUnless.length === 0 || form.fileOptions.length > 0).toBe(true);
    for (const input of form.inputWith) expect(input).toMatch(/^-[^=\s]+=./);
    // Without a remote among the arguments only the row can name the place, except for tools that meet a peer.
    const isPeerTool = ['croc', 'magic-wormhole'].includes(tool.name);
    const namesNoPlace = form.form === 'sources' || form.form === 'sources-then-place';
    expect(!namesNoPlace || isPeerTool || tool.service !== null).toBe(true);
  });

  it.each(catalogue.uploadTools.map((tool) => [tool.name, tool] as const))(
    'gives every command of %s verbs of its own',
    (_, tool) => {
      const verbs = tool.commands.map((form) => form.verbs.join(' '));
      expect(new Set(verbs).size).toBe(verbs.length);
    },
  );

  it.each(catalogue.uploadTools.map((tool) => [tool.name, tool] as const))(
    'gives every option of %s one meaning, and writes it as an option',
    (_, tool) => {
      for (const form of tool.commands) {
        const options = [
          tool.valueOptions,
          [...tool.switches],
          tool.endpointOptions,
          form.valueOptions,
          form.fileOptions,
          form.formOptions,
          form.dataOptions,
          form.namedDataOptions,
          form.destinationOptions,
          form.accountOptions,
        ].flat();
        expect(options.filter((option, at) => options.indexOf(option) !== at)).toEqual([]);
        expect(options.filter((option) => option !== '*' && !/^-[^=\s]+$/.test(option))).toEqual(
          [],
        );
      }
    },
  );
});
