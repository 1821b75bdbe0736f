/** A package as other people's programs read it: libarchive, 7-Zip, GNU cpio, libxml2, coreutils. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { componentPlist } from '../../pkg/release/component-plist.ts';
import { type Entry, inOrder } from '../../pkg/staging/entry.ts';
import { infoPlist } from '../../pkg/staging/info-plist.ts';
import { type Manifest, parseManifest } from '../../pkg/staging/manifest.ts';
import { readBom } from '../../pkg/verify/bom.ts';
import { verifyPackage } from '../../pkg/verify/verify-package.ts';
import { PAYLOAD, packageOf, partsOf } from '../pkg/small-package.ts';
import { built, EPOCH, type StandIn, standInProject } from '../pkg/stand-in-project.ts';

const BIN = 'Library/Application Support/Spillwatch/bin';
/** What archives get wrong: blanks, other scripts, links, closed and empty things, more than a leaf of the bill holds. */
const AWKWARD: readonly Entry[] = inOrder([
  ...PAYLOAD,
  { kind: 'link', path: `${BIN}/a link`, mode: 0o777, target: 'two words/ü' },
  { kind: 'link', path: `${BIN}/日本`, mode: 0o777, target: '/usr/bin/true' },
  { kind: 'folder', path: `${BIN}/empty`, mode: 0o700 },
  { kind: 'file', path: `${BIN}/nothing`, mode: 0o600, content: Buffer.alloc(0) },
  ...Array.from({ length: 600 }, (_, at) => ({
    kind: 'file' as const,
    path: `${BIN}/many/файл ${at}`,
    mode: 0o640,
    content: Buffer.from(`${at}\n`.repeat(at)),
  })),
]);

let folder: string;
let standIn: StandIn;
let product: string;
let awkward: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-package-'));
  standIn = standInProject();
  await built(standIn);
  product = join(standIn.out, `spillwatch-${packageJson.version}-arm64.pkg`);
  awkward = join(folder, 'awkward.pkg');
  writeFileSync(awkward, packageOf(partsOf(AWKWARD)));
});

afterAll(() => {
  standIn.remove();
  rmSync(folder, { recursive: true });
});

function run(program: string, args: readonly string[], cwd = folder): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A new folder with what the package holds, unpacked by libarchive, which checks the checksums. */
function unpacked(path: string, name: string): string {
  const into = join(folder, name);
  mkdirSync(into);
  run('bsdtar', ['-xf', path], into);
  return into;
}

/** A new folder with an archive of the package, unpacked by gzip and GNU cpio. */
function restored(archive: string, name: string): string {
  const into = join(folder, name);
  mkdirSync(into);
  const input = spawnSync('gzip', ['-dc', archive], { maxBuffer: 1e9 }).stdout;
  const { status, stderr } = spawnSync(
    'cpio',
    ['--extract', '--make-directories', '--preserve-modification-time', '--quiet'],
    { cwd: into, input },
  );
  expect([status, stderr.toString()]).toEqual([0, '']);
  return into;
}

interface Found {
  readonly path: string;
  readonly kind: string;
  readonly mode: string | null;
  readonly target: string | null;
  readonly content: string | null;
}

function foundIn(root: string): readonly Found[] {
  return ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })].map((path) => {
    const stats = lstatSync(join(root, path));
    const isLink = stats.isSymbolicLink();
    return {
      path,
      kind: isLink ? 'link' : stats.isDirectory() ? 'folder' : 'file',
      // Links have no mode of their own on Linux.
      mode: isLink ? null : (stats.mode & 0o7777).toString(8),
      target: isLink ? readlinkSync(join(root, path)) : null,
      content: stats.isFile() ? readFileSync(join(root, path), 'base64') : null,
    };
  });
}

function expected(entries: readonly Entry[]): readonly Found[] {
  return entries.map((entry) => ({
    path: entry.path,
    kind: entry.kind,
    mode: entry.kind === 'link' ? null : entry.mode.toString(8),
    target: entry.kind === 'link' ? entry.target : null,
    content: entry.kind === 'file' ? entry.content.toString('base64') : null,
  }));
}

function byPath(found: readonly Found[]): readonly Found[] {
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

describe('the archive', () => {
  it('is listed by libarchive and by 7-Zip, which find nothing wrong', () => {
    const names = [
      'spillwatch.pkg',
      'spillwatch.pkg/Bom',
      'spillwatch.pkg/Payload',
      'spillwatch.pkg/Scripts',
      'spillwatch.pkg/PackageInfo',
      'Distribution',
    ];
    expect(run('bsdtar', ['-tf', product]).trim().split('\n')).toEqual(names);
    const tested = run('7z', ['t', product]);
    expect(tested).toMatch(/Everything is Ok/);
    for (const name of names) expect(run('7z', ['l', '-slt', product])).toContain(`Path = ${name}`);
  });

  it('holds XML that libxml2 takes', () => {
    const into = unpacked(product, 'xml');
    const files = ['Distribution', 'spillwatch.pkg/PackageInfo'];
    writeFileSync(join(into, 'Info.plist'), infoPlist('1.2.3'));
    writeFileSync(join(into, 'component.plist'), componentPlist('a & b'));
    run('xmllint', ['--noout', '--nonet', ...files, 'Info.plist', 'component.plist'], into);
    const bytes = readFileSync(product);
    const toc = inflateSync(bytes.subarray(28, 28 + Number(bytes.readBigUInt64BE(8))));
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '-'], { input: toc });
    expect([status, stderr.toString()]).toEqual([0, '']);
  });

  it('has the checksums that are published with it', () => {
    const checked = run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], standIn.out);
    expect(checked.match(/: OK$/gm)?.length).toBe(3);
  });
});

describe('the payload', () => {
  it('unpacks with GNU cpio to the staged root: paths, kinds, modes, targets, content', () => {
    const into = unpacked(awkward, 'awkward');
    const root = restored(join(into, 'spillwatch.pkg/Payload'), 'awkward-root');
    expect(byPath(foundIn(root))).toEqual(byPath(expected(AWKWARD)));
    expect(lstatSync(join(root, BIN, 'nothing')).mtimeMs).toBe(EPOCH * 1000);
  });

  it('unpacks to the manifest that is published with it', () => {
    const into = unpacked(product, 'product');
    const root = restored(join(into, 'spillwatch.pkg/Payload'), 'product-root');
    const manifest = manifestOfProduct();
    const wanted = manifest.payload.map(
      ({ path, kind, mode }) => `${path} ${kind} ${mode.toString(8)}`,
    );
    const found = foundIn(root).map(({ path, kind, mode }) => `${path} ${kind} ${mode}`);
    expect(found.toSorted()).toEqual(wanted.toSorted());
    for (const { path, sha256 } of manifest.payload)
      if (sha256 !== null)
        writeFileSync(join(folder, 'sums'), `${sha256}  ${path}\n`, { flag: 'a' });
    run('sha256sum', ['--check', '--strict', '--quiet', join(folder, 'sums')], root);
  });

  it('has scripts that unpack and run', () => {
    const root = restored(join(folder, 'product/spillwatch.pkg/Scripts'), 'scripts-root');
    expect(readdirSync(root).toSorted()).toEqual(['files', 'postinstall', 'preinstall', 'version']);
    expect(spawnSync(join(root, 'preinstall')).status).toBe(0);
  });
});

function manifestOfProduct(): Manifest {
  return parseManifest(readFileSync(product.replace(/pkg$/, 'manifest.json'), 'utf8'));
}

it('the bill of materials has the checksum that cksum prints, of every file', () => {
  const bom = readBom(readFileSync(join(folder, 'awkward/spillwatch.pkg/Bom')));
  const files = bom.filter(({ kind }) => kind === 'file');
  expect(files.length).toBeGreaterThan(600);
  const printed = run(
    'cksum',
    files.map(({ path }) => path),
    join(folder, 'awkward-root'),
  );
  expect(printed).toBe(files.map(({ cksum, size, path }) => `${cksum} ${size} ${path}\n`).join(''));
});

describe('pkg/verify', () => {
  it('reads a package that another program put together, with members that it compressed', async () => {
    const into = unpacked(product, 'members');
    const path = join(folder, 'libarchive.pkg');
    run('bsdtar', ['--format', 'xar', '-cf', path, 'Distribution', 'spillwatch.pkg'], into);
    expect(readFileSync(path).length).not.toBe(readFileSync(product).length);
    const { faults, facts } = await verifyPackage(path, manifestOfProduct());
    expect(faults).toEqual([]);
    expect(facts[2]).toMatch(/^spillwatch\.pkg\/Payload: \d+ entries/);
  });

  it('reads a payload that GNU cpio packed', async () => {
    const into = unpacked(awkward, 'repacked');
    const list = AWKWARD.map(({ path }) => (path === '' ? '.' : `./${path}`)).join('\0');
    const { stdout } = spawnSync(
      'cpio',
      ['--create', '--null', '--format=odc', '--owner=0:0', '--quiet'],
      { cwd: join(folder, 'awkward-root'), input: list, maxBuffer: 1e9 },
    );
    writeFileSync(join(into, 'spillwatch.pkg/Payload'), gzipSync(stdout));
    const path = join(folder, 'repacked.pkg');
    run('bsdtar', ['--format', 'xar', '-cf', path, 'Distribution', 'spillwatch.pkg'], into);
    const { faults } = await verifyPackage(path, null);
    expect(faults).toEqual([]);
  });
});
