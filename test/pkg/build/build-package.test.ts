import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { parseManifest } from '../../../pkg/staging/manifest.ts';
import { machO } from '../mach-o-file.ts';
import { built, executableIn, type StandIn, standInProject } from '../stand-in-project.ts';

const NAME = `spillwatch-${packageJson.version}`;
const APP = 'Library/Application Support/Spillwatch/Spillwatch.app/Contents';

let standIn: StandIn;

beforeAll(async () => {
  standIn = standInProject();
  await built(standIn);
  await built(standIn, { processor: 'x64' });
});

afterAll(() => {
  standIn.remove();
});

function result(name: string): Buffer {
  return readFileSync(join(standIn.out, name));
}

function manifestOfBuild() {
  return parseManifest(result(`${NAME}-arm64.manifest.json`).toString('utf8'));
}

describe('what is made', () => {
  it('is a package, a manifest and an SBOM for each processor, and the checksums of all', () => {
    const files = ['arm64', 'x86_64'].flatMap((architecture) =>
      ['cdx.json', 'manifest.json', 'pkg'].map((ending) => `${NAME}-${architecture}.${ending}`),
    );
    expect(readdirSync(standIn.out).toSorted()).toEqual(['SHA256SUMS', ...files].toSorted());
    const sums = files.map(
      (file) => `${createHash('sha256').update(result(file)).digest('hex')}  ${file}\n`,
    );
    expect(result('SHA256SUMS').toString()).toBe(sums.join(''));
  });

  it('is the same bytes when it is made again, elsewhere and from other copies of the files', async () => {
    const again = standInProject();
    try {
      await built(again);
      for (const ending of ['pkg', 'manifest.json', 'cdx.json']) {
        const file = `${NAME}-arm64.${ending}`;
        expect(readFileSync(join(again.out, file)).equals(result(file))).toBe(true);
      }
    } finally {
      again.remove();
    }
  });

  it('is other bytes at another time', async () => {
    const environment = { SOURCE_DATE_EPOCH: '1780000000' };
    const out = join(standIn.project, 'later');
    await built({ ...standIn, out }, { environment });
    const file = `${NAME}-arm64.pkg`;
    expect(readFileSync(join(out, file)).equals(result(file))).toBe(false);
  });
});

describe('what is installed', () => {
  it('lies in the bundle, in LaunchDaemons and in newsyslog.d, and nowhere else', () => {
    const files = manifestOfBuild()
      .payload.filter(({ kind }) => kind !== 'folder')
      .map(({ path, mode }) => `${mode.toString(8)} ${path}`)
      .filter((line) => !line.includes('/Resources/rules/'));
    expect(files).toEqual([
      `644 ${APP}/Info.plist`,
      `644 ${APP}/MacOS/better_sqlite3.node`,
      `700 ${APP}/MacOS/spillwatch`,
      `644 ${APP}/Resources/LICENSE`,
      `644 ${APP}/Resources/LICENSE-node`,
      `644 ${APP}/Resources/LICENSES-packages`,
      `644 ${APP}/Resources/agent/commands/demo/capture.ndjson`,
      `644 ${APP}/Resources/launchd/org.spillwatch.agent.plist`,
      `755 ${APP}/Resources/uninstall`,
      '644 Library/LaunchDaemons/org.spillwatch.agent.plist',
      '644 private/etc/newsyslog.d/org.spillwatch.agent.conf',
    ]);
  });

  it('has every rule and every file of the catalogue, and no code', () => {
    const rules = manifestOfBuild()
      .payload.map(({ path }) => path)
      .filter((path) => /\/Resources\/rules\/.*\./.test(path))
      .map((path) => path.slice(`${APP}/Resources/rules/`.length));
    const wanted = ['catalogue', 'macos'].flatMap((folder) =>
      readdirSync(join(standIn.project, 'rules', folder))
        .filter((name) => !name.endsWith('.ts'))
        .map((name) => `${folder}/${name}`),
    );
    expect(rules.toSorted()).toEqual(wanted.toSorted());
  });

  it('has the job of launchd twice: at its place, and where the agent writes it anew from', () => {
    const jobs = manifestOfBuild().payload.filter(({ path }) =>
      path.endsWith('/org.spillwatch.agent.plist'),
    );
    expect(jobs.map(({ sha256 }) => sha256)).toEqual([jobs[0]?.sha256, jobs[0]?.sha256]);
  });

  it('has folders that only their owner can write', () => {
    const folders = manifestOfBuild().payload.filter(({ kind }) => kind === 'folder');
    expect(new Set(folders.map(({ mode }) => mode))).toEqual(new Set([0o755]));
  });

  it('has no database, no log and no configuration', () => {
    const paths = manifestOfBuild().payload.map(({ path }) => path);
    expect(paths.filter((path) => /Logs|\/db(?:\/|$)|config\.json/.test(path))).toEqual([]);
  });

  it('has the licence of every package that is compiled in', () => {
    const text = result(`${NAME}-arm64.cdx.json`).toString('utf8');
    const names = [...text.matchAll(/"bom-ref": "pkg:npm\/([^#"]+)"/g)]
      .map(([, name = '']) => name.replace('%40', '@').replace(/@([^@]*)$/, ' $1'))
      .filter((name) => !name.startsWith('node-bin-darwin'));
    expect(names.length).toBeGreaterThan(20);
    const size = manifestOfBuild().payload.find(({ path }) => path.endsWith('LICENSES-packages'));
    expect(size?.size).toBeGreaterThan(names.length * 500);
  });
});

/** The file of a native module of that name. */
function moduleCalled(name: string): string {
  const path = join(standIn.project, name);
  writeFileSync(path, machO('arm64'));
  return path;
}

describe('what is refused in one line', () => {
  it.each([
    [
      'an executable that is not there',
      () => built(standIn, { executable: '/nowhere/spillwatch' }),
      /^\/nowhere\/spillwatch: cannot be read \(ENOENT\); make it first, or name another with --executable$/,
    ],
    [
      'an executable for another processor',
      () => built(standIn, { executable: executableIn(standIn.project, 'x64') }),
      /spillwatch-darwin-x64: is x86_64; name one for macOS on arm64$/,
    ],
    [
      'an executable that is none',
      () => built(standIn, { executable: join(standIn.project, 'LICENSE') }),
      /LICENSE: is no Mach-O file; name one for macOS on arm64$/,
    ],
    [
      'a folder in its place',
      () => built(standIn, { executable: standIn.project }),
      /: is no file; /,
    ],
    [
      'a native module for another processor',
      () => built(standIn, { natives: [executableIn(standIn.project, 'x64')] }),
      /is x86_64; name one for macOS on arm64$/,
    ],
    [
      'a native module in the place of the executable',
      () => built(standIn, { natives: [moduleCalled('spillwatch')] }),
      /\/spillwatch: is not called NAME\.node in letters, digits and _; rename it$/,
    ],
    [
      'a native module with a name that the list of files cannot hold',
      () => built(standIn, { natives: [moduleCalled('ünï.node')] }),
      /\.node: is not called NAME\.node in letters, digits and _; rename it$/,
    ],
    [
      'a native module that is in the package already, on a volume that ignores case',
      () => built(standIn, { natives: [moduleCalled('Better_SQLite3.node')] }),
      /Better_SQLite3\.node: is in the package already; leave it out$/,
    ],
    [
      'a time that is none',
      () => built(standIn, { environment: { SOURCE_DATE_EPOCH: 'today' } }),
      /^SOURCE_DATE_EPOCH: "today" is no time in seconds since 1970$/,
    ],
    [
      'no time at all',
      () => built(standIn, { environment: {} }),
      /: has no last commit; set SOURCE_DATE_EPOCH to a time in seconds$/,
    ],
    [
      'signing without a Mac',
      () => built(standIn, { mode: 'sign' }),
      process.platform === 'darwin' ? /is not set/ : /^--sign needs the tools of a Mac/,
    ],
  ])('%s', async (_, act, message) => {
    await expect(act()).rejects.toThrow(message);
  });

  it('a script that would not run: the package keeps its unproved name', async () => {
    const broken = standInProject();
    try {
      writeFileSync(join(broken.project, 'pkg/scripts/postinstall'), 'echo hello\n');
      await expect(built(broken)).rejects.toThrow(
        /pkg\.part: spillwatch\.pkg\/Scripts postinstall: does not begin with #!\/ and a path; mend it$/,
      );
      expect(readdirSync(broken.out)).toEqual([`${NAME}-arm64.pkg.part`]);
    } finally {
      broken.remove();
    }
  });

  it('a version that macOS cannot compare', async () => {
    const broken = standInProject();
    try {
      const text = JSON.stringify({ ...packageJson, version: '1.0.0-beta' });
      writeFileSync(join(broken.project, 'package.json'), text);
      await expect(built(broken)).rejects.toThrow(/version is not MAJOR\.MINOR\.PATCH/);
    } finally {
      broken.remove();
    }
  });
});

describe('on a Mac', () => {
  let mac: StandIn;

  beforeAll(() => {
    mac = standInProject();
    // The packages of this machine, and those that are installed on macOS only.
    const modules = join(mac.project, 'node_modules');
    const real = realpathSync(modules);
    rmSync(modules);
    for (const name of [
      'bindings',
      'file-uri-to-path',
      'node-mac-permissions/node_modules/node-addon-api',
    ])
      mkdirSync(join(modules, name), { recursive: true });
    for (const name of readdirSync(real))
      if (!existsSync(join(modules, name))) symlinkSync(join(real, name), join(modules, name));
  });

  afterAll(() => {
    mac.remove();
  });

  it('a native module that was made there comes beside the executable, and its package into the SBOM', async () => {
    const file = join(mac.project, 'permissions.node');
    writeFileSync(file, machO('arm64'));
    await built(mac, { natives: [file] });
    const sbom = readFileSync(join(mac.out, `${NAME}-arm64.cdx.json`), 'utf8');
    expect(sbom).toContain('"pkg:npm/node-mac-permissions@');
    expect(result(`${NAME}-arm64.cdx.json`).toString()).not.toContain('node-mac-permissions');
    const manifest = readFileSync(join(mac.out, `${NAME}-arm64.manifest.json`), 'utf8');
    const paths = parseManifest(manifest).payload.map(({ path }) => path);
    expect(paths).toContain(`${APP}/MacOS/permissions.node`);
  });
});
