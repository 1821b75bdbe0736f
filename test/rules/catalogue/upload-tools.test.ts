import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UploadTools } from '../../../agent/context/upload-command.ts';
import type { UploadForm, UploadTool } from '../../../rules/catalogue/catalogue.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';
import { readUploadTools } from '../../../rules/catalogue/upload-tools.ts';
import { programOfWords } from '../../support/executions.ts';

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
    hasWildcards: true
    commands:
      - { verbs: [put, object], form: sources-then-remote, remotes: [colon, url] }
      - form: options
        fileOptions: [-T]
        globsUnless: [-g]
        nextOptions: [--next]
        service: none
        sourceWords: [localfile]
        scriptOptions: [-e]
        inputOptions: [--stdin]
        fileUrls: true
        folderWithoutOperands: true
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
  service: null,
  scheme: null,
  notWith: [],
  inputWith: [],
  fedUnless: [],
  inputOptions: [],
  inputWithoutOperands: false,
  folderWithoutOperands: false,
  fileUrls: false,
  labelSign: null,
  valueOptions: [],
  fileOptions: [],
  nextOptions: [],
  globsUnless: [],
  formOptions: [],
  dataOptions: [],
  namedDataOptions: [],
  destinationOptions: [],
  sourceWords: [],
  scriptOptions: [],
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
          hasWildcards: true,
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
              nextOptions: ['--next'],
              service: 'none',
              sourceWords: ['localfile'],
              scriptOptions: ['-e'],
              inputOptions: ['--stdin'],
              fileUrls: true,
              folderWithoutOperands: true,
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
          hasWildcards: false,
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
    [
      'has a remote nobody knows',
      '[colon, url]',
      '[colon, place]',
      'remotes must be of colon, url',
    ],
    ['has a key in a command that nobody knows', 'scheme:', 'schema:', '"schema"'],
    ['has verbs that are no list', 'verbs: [put, object]', 'verbs: put', 'verbs must be'],
    ['talks to a service nobody declared', 'service: s3', 'service: s4', 'service "s4"'],
    ['has a command that does', 'service: none', 'service: s4', 'service "s4"'],
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
    expect(form.remotes.length > 0).toBe(/remote|to-option/.test(form.form));
    expect(form.sourceWords.length > 0).toBe(form.form === 'word-then-source');
    expect(form.scriptOptions.length > 0).toBe(form.form === 'script');
    // Other forms may name files in options too.
    const [, ...onlyThere] = options;
    expect(
      form.form === 'options' ? options.flat().length > 0 : onlyThere.flat().length === 0,
    ).toBe(true);
    expect(form.accountOptions.length > 0).toBe(form.accountHost !== null);
    expect(form.accountHost ?? '{}').toContain('{}');
    const showsValue = hasContainer || form.destinationOptions.length > 0;
    expect(form.scheme === null || showsValue).toBe(true);
    const sendsByDefault = form.inputWithoutOperands || form.folderWithoutOperands;
    expect(sendsByDefault && form.form !== 'sources').toBe(false);
    expect(form.globsUnless.length === 0 || form.fileOptions.length > 0).toBe(true);
    for (const input of form.inputWith) expect(input).toMatch(/^-[^=\s]+=./);
    // Without a remote among the arguments only the row can name the place, except for tools that meet a peer.
    const isPeerTool = ['croc', 'magic-wormhole'].includes(tool.name);
    const namesNoPlace = /^(?:sources?|sources?-then-place|word-then-source)$/.test(form.form);
    const hasService = (form.service ?? tool.service) !== null && form.service !== 'none';
    expect(!namesNoPlace || isPeerTool || hasService).toBe(true);
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
          form.scriptOptions,
        ].flat();
        expect(options.filter((option, at) => options.indexOf(option) !== at)).toEqual([]);
        expect(options.filter((option) => option !== '*' && !/^-[^=\s]+$/.test(option))).toEqual(
          [],
        );
      }
    },
  );
});

/** A command as its words, or as text that is cut at blanks. */
type Command = string | readonly string[];

interface Example {
  readonly tool: string;
  /** Commands that send something, each with sources and destination: `source + source -> destination (service, host)`. */
  readonly hits: readonly (readonly [Command, string])[];
  /** Commands that nearly do. */
  readonly misses: readonly Command[];
}

const EXAMPLES: readonly Example[] = [
  {
    tool: 'Box CLI',
    hits: [
      ['box files:upload /tmp/x.csv --parent-id 5 -n y.csv', '/tmp/x.csv -> null (box, null)'],
      ['box files upload x.csv -p 5', 'x.csv -> null (box, null)'],
      ['box files:versions:upload 11111 x.csv', 'x.csv -> null (box, null)'],
      ['box folders:upload dir --as-user 7', 'dir -> null (box, null)'],
    ],
    misses: [
      'box files:download 11111 --destination x.csv',
      'box files:lock 11111',
      'box compile x.csv',
    ],
  },
  {
    tool: 'CLI for Microsoft 365',
    hits: [
      [
        'm365 spo file add --webUrl https://acme.sharepoint.com/sites/x -f Shared -p x.csv',
        'x.csv -> acme.sharepoint.com (null, acme.sharepoint.com)',
      ],
      [
        'm365 spo file add -u https://acme.sharepoint.com --folder=Shared --path=x.csv --publish',
        'x.csv -> acme.sharepoint.com (null, acme.sharepoint.com)',
      ],
    ],
    misses: [
      'm365 spo file get --webUrl https://acme.sharepoint.com --url x.csv --asFile --path x.csv',
      'm365 spo file list -u https://acme.sharepoint.com -f Shared',
      'm365 spo file add -u https://acme.sharepoint.com -f x.csv',
    ],
  },
  {
    tool: 'GAM',
    hits: [
      [
        'gam user maria@acme.example add drivefile localfile x.csv parentid 5',
        'x.csv -> null (gdrive, null)',
      ],
      ['gam user maria create drivefile localfile /tmp/x.csv', '/tmp/x.csv -> null (gdrive, null)'],
      ['gam user maria update drivefile id 77 localfile x.csv', 'x.csv -> null (gdrive, null)'],
    ],
    misses: [
      'gam user maria get drivefile id 77 targetname x.csv',
      'gam user maria add drivefile localfile',
      'gam redirect csv x.csv print users',
    ],
  },
  {
    tool: 'gh',
    hits: [
      ['gh gist edit 77 -a x.csv', 'x.csv -> null (github, null)'],
      ['gh gist edit 77 --filename old.csv x.csv', 'x.csv -> null (github, null)'],
      ['gh release create v1 --notes-file x.csv', 'x.csv -> null (github, null)'],
      ['gh issue create -t Title --body-file x.csv', 'x.csv -> null (github, null)'],
      ['gh pr comment 5 -F -', '- -> null (github, null)'],
      ['gh api repos/o/r/issues -F body=@x.csv', 'x.csv -> null (github, null)'],
      ['gh api --method PUT repos/o/r/contents/x --input x.json', 'x.json -> null (github, null)'],
    ],
    misses: [
      'gh gist edit 77 --filename x.csv',
      'gh gist view 77 -f x.csv',
      'gh issue create --title x.csv --body text',
      'gh api repos/o/r/issues -f body=@x.csv',
      'gh release download v1 -O x.csv',
    ],
  },
  {
    tool: 'glab',
    hits: [
      ['glab snippet create -t Title x.csv y.csv', 'x.csv + y.csv -> null (gitlab, null)'],
      ['glab snippet create --title Title --filename k.csv', '- -> null (gitlab, null)'],
      ['glab release upload v1 x.csv#Report', 'x.csv -> null (gitlab, null)'],
      ['glab release create v1 x.csv -N text', 'x.csv -> null (gitlab, null)'],
      ['glab api projects/1/issues -F description=@x.csv', 'x.csv -> null (gitlab, null)'],
    ],
    misses: [
      'glab release download v1 -n x.csv',
      'glab release create v1',
      'glab mr create -t x.csv',
    ],
  },
  {
    tool: 'drive',
    hits: [
      ['drive push -no-prompt x.csv dir', 'x.csv + dir -> null (gdrive, null)'],
      ['drive push -quiet', '. -> null (gdrive, null)'],
      ['drive push -piped k.csv', '- -> null (gdrive, null)'],
    ],
    misses: ['drive pull x.csv', 'drive ls x.csv', 'drive push -help'],
  },
  {
    tool: 'gdrive',
    hits: [
      ['gdrive update 77 x.csv', 'x.csv -> null (gdrive, null)'],
      ['gdrive files update 77 x.csv', 'x.csv -> null (gdrive, null)'],
      ['gdrive sync upload dir 77', 'dir -> null (gdrive, null)'],
      ['gdrive import x.csv', 'x.csv -> null (gdrive, null)'],
    ],
    misses: ['gdrive sync download 77 dir', 'gdrive files info x.csv', 'gdrive update 77'],
  },
  {
    tool: 'Dropbox Uploader',
    hits: [
      [
        '/bin/bash /opt/dropbox_uploader.sh -f /k upload a.csv b.csv /in',
        'a.csv + b.csv -> null (dropbox, null)',
      ],
      ['dropbox_uploader upload x.csv x.csv', 'x.csv -> null (dropbox, null)'],
    ],
    misses: ['dropbox_uploader download /x.csv x.csv', 'dropbox_uploader list x.csv'],
  },
  {
    tool: 'OneDrive Uploader',
    hits: [['onedrive-uploader upload x.csv in', 'x.csv -> null (onedrive, null)']],
    misses: ['onedrive-uploader download /x.csv /tmp', 'onedrive-uploader ls x.csv'],
  },
  {
    tool: 'onedrivecmd',
    hits: [['onedrivecmd put x.csv od:/in', 'x.csv -> od:/in (onedrive, null)']],
    misses: ['onedrivecmd get od:/x.csv', 'onedrivecmd put x.csv', 'onedrivecmd ls od:/'],
  },
  {
    tool: 'MEGAcmd',
    hits: [
      ['mega-sync dir /in', 'dir -> null (mega, null)'],
      ['mega-backup dir /in --period=1d --num-backups=9', 'dir -> null (mega, null)'],
      ['mega-exec sync dir /in', 'dir -> null (mega, null)'],
    ],
    misses: ['mega-sync', 'mega-sync -d 5', 'mega-backup dir', 'mega-exec sync'],
  },
  {
    tool: 'restic',
    hits: [
      ['restic -r b2:bucket:path backup dir', 'dir -> b2:bucket:path (backblaze, null)'],
      [
        'restic backup --repo gs:bucket:/ -e *.tmp a.csv b.csv',
        'a.csv + b.csv -> gs:bucket:/ (gcs, null)',
      ],
      [
        'restic --repo=s3:s3.amazonaws.com/bucket backup x.csv',
        'x.csv -> s3.amazonaws.com (null, s3.amazonaws.com)',
      ],
      [
        'restic -r rest:https://maria:SECRET@backup.example.net:8000/ backup x.csv',
        'x.csv -> backup.example.net (null, backup.example.net)',
      ],
      [
        'restic -r sftp:maria@backup.example.net:/srv backup x.csv',
        'x.csv -> backup.example.net (null, backup.example.net)',
      ],
      [
        'restic -r s3:https://minio.example/b backup --stdin',
        '- -> minio.example (null, minio.example)',
      ],
      ['restic -r rclone:work:b backup x.csv', 'x.csv -> rclone:work:b (null, null)'],
    ],
    misses: [
      'restic -r /Volumes/DISK/repo backup x.csv',
      'restic -r local:/Volumes/DISK/repo backup x.csv',
      'restic -r rest:http://localhost:8000/ backup x.csv',
      'restic backup x.csv',
      'restic -r b2:bucket:path restore latest --target x.csv',
      'restic -r b2:bucket:path backup -n x.csv',
    ],
  },
  {
    tool: 'borg',
    hits: [
      [
        'borg create -C zstd maria@backup.example.net:repo::monday dir x.csv',
        'dir + x.csv -> maria@backup.example.net:repo (null, backup.example.net)',
      ],
      [
        'borg create --stats ssh://maria@backup.example.net:22/./repo::monday x.csv',
        'x.csv -> ssh://backup.example.net:22/./repo (null, backup.example.net)',
      ],
      [
        'borg -r ssh://backup.example.net/repo create monday x.csv',
        'x.csv -> ssh://backup.example.net/repo (null, backup.example.net)',
      ],
      [
        'borg create backup.example.net:repo::x -',
        '- -> backup.example.net:repo (null, backup.example.net)',
      ],
    ],
    misses: [
      'borg create /Volumes/DISK/repo::monday x.csv',
      'borg create repo::monday x.csv',
      'borg -r /Volumes/DISK/repo create monday x.csv',
      'borg extract backup.example.net:repo::monday x.csv',
      'borg create -n backup.example.net:repo::monday x.csv',
    ],
  },
  {
    tool: 'lftp',
    hits: [
      [
        ['lftp', '-u', 'maria,SECRET', '-e', 'put x.csv; bye', 'ftp.example.net'],
        'x.csv -> ftp.example.net (null, ftp.example.net)',
      ],
      [
        ['lftp', '-c', 'open -u maria,SECRET sftp://ftp.example.net; put -O in "a b.csv" -o c.csv'],
        'a b.csv -> ftp.example.net (null, ftp.example.net)',
      ],
      [
        ['lftp', 'sftp://maria:SECRET@ftp.example.net', '-e', 'mput -c a.csv b.csv && exit'],
        'a.csv + b.csv -> ftp.example.net (null, ftp.example.net)',
      ],
      [
        ['lftp', '-c', 'open ftp.example.net\nmirror -R --only-newer dir in'],
        'dir -> ftp.example.net (null, ftp.example.net)',
      ],
      [
        ['lftp', '-e', 'lcd /tmp; mirror --reverse; bye', 'ftp.example.net'],
        '/tmp -> ftp.example.net (null, ftp.example.net)',
      ],
    ],
    misses: [
      ['lftp', '-e', 'get x.csv; bye', 'ftp.example.net'],
      ['lftp', '-c', 'open ftp.example.net; mirror in dir'],
      ['lftp', '-c', 'put x.csv'],
      ['lftp', '-e', 'put x.csv; bye', 'localhost'],
      'lftp ftp.example.net put x.csv',
    ],
  },
  {
    tool: 'ftp',
    hits: [
      [
        'ftp -u ftp://maria:SECRET@ftp.example.net/in/ x.csv',
        'x.csv -> ftp.example.net (null, ftp.example.net)',
      ],
    ],
    misses: [
      'ftp ftp.example.net',
      'ftp -o x.csv ftp://ftp.example.net/x.csv',
      'ftp -u ftp://localhost/in x.csv',
    ],
  },
  {
    tool: 'ssh',
    hits: [],
    misses: ['ssh maria@files.example.net', 'ssh files.example.net cat x.csv', 'ssh -V'],
  },
  {
    tool: 'tailscale',
    hits: [['tailscale file cp x.csv y.csv phone:', 'x.csv + y.csv -> phone: (null, null)']],
    misses: ['tailscale file get dir', 'tailscale status', 'tailscale file cp x.csv'],
  },
  {
    tool: 'ngrok',
    hits: [
      ['ngrok http file:///Users/maria/Downloads', '/Users/maria/Downloads -> null (ngrok, null)'],
      [
        'ngrok http --domain acme.ngrok.app --basic-auth maria:SECRET file:///tmp/x',
        '/tmp/x -> null (ngrok, null)',
      ],
    ],
    misses: [
      'ngrok http https://localhost:8443',
      'ngrok http 8000',
      'ngrok config check',
      'ngrok tcp 22',
    ],
  },
  {
    tool: 'wrangler',
    hits: [
      ['wrangler r2 object put bucket/k.csv --file x.csv', 'x.csv -> null (cloudflare-r2, null)'],
      [
        'wrangler r2 object put bucket/k.csv -f=x.csv --remote',
        'x.csv -> null (cloudflare-r2, null)',
      ],
      ['wrangler pages deploy dir --project-name p', 'dir -> null (cloudflare-workers, null)'],
    ],
    misses: [
      'wrangler r2 object get bucket/k.csv --file x.csv',
      'wrangler r2 object put bucket/k.csv --local --file x.csv',
      'wrangler dev',
    ],
  },
  {
    tool: 'az',
    hits: [
      [
        'az rest --method put --url https://files.example.net/in --body @x.csv',
        'x.csv -> files.example.net (null, files.example.net)',
      ],
      [
        'az rest -m post -u https://graph.microsoft.com/v1.0/x -b @-',
        '- -> graph.microsoft.com (null, graph.microsoft.com)',
      ],
    ],
    misses: [
      'az rest -m get -u https://files.example.net/in',
      'az rest -u https://files.example.net -b x.csv',
    ],
  },
];

describe('what the arguments of a tool say', () => {
  const tools = new UploadTools(
    loadCatalogue().uploadTools,
    new Set(loadCatalogue().services.keys()),
  );
  const shown = (command: Command, isFed = false): string | null => {
    const [name = '', ...args] = typeof command === 'string' ? command.split(' ') : command;
    const words = [name.startsWith('/') ? name : `/opt/bin/${name}`, ...args];
    const upload = tools.read(programOfWords(words), null, isFed);
    if (upload === null) return null;
    expect(JSON.stringify(upload)).not.toContain('SECRET');
    const input = upload.readsStandardInput ? [...upload.sources, '-'] : upload.sources;
    const { destination, service, host } = upload;
    return `${upload.tool}: ${input.join(' + ')} -> ${destination} (${service}, ${host})`;
  };

  it.each(
    EXAMPLES.flatMap(({ tool, hits }) =>
      hits.map(([command, said]) => [command, tool, said] as const),
    ),
  )('%j is an upload by %s: %s', (command, tool, said) => {
    expect(shown(command)).toBe(`${tool}: ${said}`);
  });

  it.each(EXAMPLES.flatMap(({ misses }) => misses.map((command) => [command])))(
    '%j is none',
    (command) => {
      expect(shown(command)).toBeNull();
    },
  );

  it.each([
    ['ssh files.example.net cat > in', 'ssh: - -> files.example.net (null, files.example.net)'],
    [
      'ssh -p 2222 -i /k maria@Files.Example.NET dd of=in',
      'ssh: - -> files.example.net (null, files.example.net)',
    ],
    [
      'ssh ssh://maria@files.example.net:22 tar -x',
      'ssh: - -> files.example.net (null, files.example.net)',
    ],
    ['ssh -N -L 5432:db:5432 bastion.example.net', null],
    ['ssh -n files.example.net uptime', null],
    ['ssh localhost cat', null],
  ])('of what is fed to %s is %s', (command, said) => {
    expect(shown(command, true)).toBe(said);
  });

  it('is shown by a hit and two near misses each', () => {
    for (const { tool, hits, misses } of EXAMPLES) {
      expect([tool, hits.length > 0 || tool === 'ssh']).toEqual([tool, true]);
      expect([tool, misses.length >= 2]).toEqual([tool, true]);
    }
  });
});
