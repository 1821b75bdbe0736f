import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '..');
const SPECIFIER = /(?:\bfrom|^import|\bimport\()\s*'([^']+)'/gm;

interface Source {
  readonly file: string;
  readonly text: string;
  /** What it imports: files of the project from its root, everything else as it is written. */
  readonly imports: readonly string[];
}

const SOURCES: readonly Source[] = ['collectors', 'rules', 'agent'].flatMap((folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
    .map((name) => {
      const file = posix.join(folder, name);
      const text = readFileSync(join(PROJECT, file), 'utf8');
      const imports = [...text.matchAll(SPECIFIER)].map(([, specifier = '']) =>
        specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier,
      );
      return { file, text, imports };
    }),
);

/** `file -> import` of every import in `home` that none of `allowed` matches. */
function strangers(home: RegExp, allowed: RegExp): readonly string[] {
  return SOURCES.filter(({ file }) => home.test(file)).flatMap(({ file, imports }) =>
    imports
      .filter((path) => path.includes('/') && path.endsWith('.ts') && !allowed.test(path))
      .map((path) => `${file} -> ${path}`),
  );
}

function holding(pattern: RegExp, home = /^/): readonly string[] {
  return SOURCES.filter(({ file, text }) => home.test(file) && pattern.test(text)).map(
    ({ file }) => file,
  );
}

it('sees the code', () => {
  expect(SOURCES.length).toBeGreaterThan(150);
  expect(SOURCES.flatMap(({ imports }) => imports).length).toBeGreaterThan(500);
});

describe('imports go one way', () => {
  it('collectors know nothing else', () => {
    expect(strangers(/^collectors\//, /^collectors\//)).toEqual([]);
  });

  it('rules know the vocabulary of events only', () => {
    expect(strangers(/^rules\//, /^(?:rules\/|collectors\/event\.ts$)/)).toEqual([]);
  });

  it('what the agent knows of a chain does not know how it is kept, sent, shown or run', () => {
    expect(
      strangers(/^agent\/context\//, /^(?:agent\/(?:context|config)[./]|rules\/|collectors\/)/),
    ).toEqual([]);
  });

  it('few know whether the program is the single executable, and where its own files are', () => {
    const places = [
      'agent/addons.ts',
      'agent/crash.ts',
      'agent/simulation/exporter.ts',
      'rules/resources.ts',
    ];
    expect(holding(/\bimport\.meta\b|\bisSea\b|__dirname/).toSorted()).toEqual(places);
    expect(holding(/^import (?!type )[^;]*from 'better-sqlite3'/m)).toEqual([
      'agent/store/sqlite.ts',
    ]);
  });

  it('a verb is loaded when it is chosen, so that the others cost no time', () => {
    const commandLine = /^agent\/commands\/(?:command-line|option-values|[a-z]+-commands)\.ts$/;
    const eager = SOURCES.filter(({ file }) => commandLine.test(file)).flatMap(({ text }) => [
      ...text.matchAll(/^import (?!type )[^;]*from '(\.[^']+)'/gm),
    ]);
    expect([...new Set(eager.map(([, path]) => path))]).toEqual([
      '../../package.json',
      '../../rules/finding.ts',
      '../deliver/transport.ts',
      '../redaction/mode.ts',
      './config-commands.ts',
      './exit-codes.ts',
      './findings-commands.ts',
      './installed.ts',
      './option-values.ts',
      './outbox-commands.ts',
      './rules-commands.ts',
      './service-commands.ts',
      './terminal.ts',
    ]);
  });

  it('only verbs know the command line', () => {
    const verbs = /^agent\/(?:commands\/|main\.ts$)/;
    const others = SOURCES.filter(({ file }) => !verbs.test(file)).flatMap(({ file, imports }) =>
      imports
        .filter((path) => path === 'commander' || path.startsWith('agent/commands/'))
        .map((path) => `${file} -> ${path}`),
    );
    expect(others).toEqual([]);
  });
});

describe('effects have their place', () => {
  it('rules, catalogue and context neither reach the network nor start programs', () => {
    expect(
      holding(/'node:(?:child_process|dns|http|https|net|tls)/, /^(?:rules|agent\/context)\//),
    ).toEqual([]);
  });

  it('what the agent knows of a chain comes from events, never from the disk', () => {
    expect(holding(/'node:fs/, /^agent\/context\//)).toEqual([]);
  });

  it('the machine’s clock and chance come in where the agent or a verb is put together', () => {
    const roots = /^agent\/(?:commands\/|simulation\/|daemon\.ts$|sources\.ts$)/;
    const effects = /Date\.now|new Date\(\)|Math\.random|randomUUID|randomBytes/;
    expect(holding(effects).filter((file) => !roots.test(file))).toEqual([]);
  });

  it('no program is started through a shell', () => {
    const shells = /\bshell: true|\b(?:execSync|exec)\b[^;]*from 'node:child_process'/;
    expect(holding(shells)).toEqual([]);
  });
});
