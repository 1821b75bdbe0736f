/**
 * The way from the staged root to a signed and notarised package on a Mac, as data: `--plan` prints it, `--sign` goes it.
 * Signing goes from the inside out, each file by itself: `--deep` would sign with the wrong entitlements.
 */
import { join } from 'node:path';
import { COMPONENT } from '../package/flat-package.ts';
import { type AppleArchitecture, PRODUCT } from '../product.ts';
import { BUNDLE, EXECUTABLE, nativePath } from '../staging/agent-root.ts';
import { componentPlist } from './component-plist.ts';

export type Step =
  | { readonly kind: 'run'; readonly why: string; readonly command: readonly string[] }
  | { readonly kind: 'write'; readonly why: string; readonly path: string; readonly text: string }
  /** Puts root and scripts into the working folder. */
  | {
      readonly kind: 'stage';
      readonly why: string;
      readonly root: string;
      readonly scripts: string;
    }
  /** Writes the manifest of the root as it is now, and the scripts anew with the list of its files. */
  | { readonly kind: 'measure'; readonly why: string; readonly manifest: string };

/** Who signs. From the environment, so that no identity is in the project. */
export interface Identities {
  /** `Developer ID Application: ...` */
  readonly application: string;
  /** `Developer ID Installer: ...` */
  readonly installer: string;
  /** Profile of notarytool in the keychain. */
  readonly notaryProfile: string;
}

export interface Release {
  readonly project: string;
  /** A new folder for what is between root and package. */
  readonly work: string;
  readonly output: string;
  readonly manifest: string;
  readonly version: string;
  readonly architecture: AppleArchitecture;
  /** Names of the native modules beside the executable. */
  readonly natives: readonly string[];
  readonly distribution: string;
  readonly identities: Identities;
}

export function releaseSteps(release: Release): readonly Step[] {
  const { project, work, output, manifest, version, architecture, identities } = release;
  const root = join(work, 'root');
  const scripts = join(work, 'scripts');
  const bundle = join(root, BUNDLE);
  const component = join(work, COMPONENT);
  const unsigned = join(work, 'unsigned.pkg');
  const sign = (path: string, ...more: readonly string[]) => [
    '/usr/bin/codesign',
    '--force',
    '--timestamp',
    '--options',
    'runtime',
    ...more,
    '--sign',
    identities.application,
    path,
  ];
  return [
    { kind: 'stage', why: 'root and scripts as they are installed', root, scripts },
    ...release.natives.map((name) => run(`sign ${name}`, sign(join(root, nativePath(name))))),
    run(
      'sign the bundle and with it its executable',
      sign(
        bundle,
        '--identifier',
        PRODUCT.identifier,
        '--entitlements',
        join(project, 'pkg/release/entitlements.plist'),
      ),
    ),
    run('every signature holds', [
      '/usr/bin/codesign',
      '--verify',
      '--strict',
      '--verbose=2',
      bundle,
    ]),
    run('it runs: missing entitlements show only here', [
      '/usr/bin/arch',
      `-${architecture}`,
      join(root, EXECUTABLE),
      '--version',
    ]),
    { kind: 'measure', why: 'what the package must hold, signatures included', manifest },
    {
      kind: 'write',
      why: 'the bundle stays where it is put',
      path: join(work, 'component.plist'),
      text: componentPlist(BUNDLE),
    },
    {
      kind: 'write',
      why: 'what the installer asks before it begins',
      path: join(work, 'Distribution'),
      text: release.distribution,
    },
    run('component', [
      '/usr/bin/pkgbuild',
      '--root',
      root,
      '--component-plist',
      join(work, 'component.plist'),
      '--scripts',
      scripts,
      '--identifier',
      PRODUCT.identifier,
      '--version',
      version,
      '--install-location',
      '/',
      '--ownership',
      'recommended',
      component,
    ]),
    run('product: device management takes no bare component', [
      '/usr/bin/productbuild',
      '--distribution',
      join(work, 'Distribution'),
      '--package-path',
      work,
      unsigned,
    ]),
    run('sign the product', [
      '/usr/bin/productsign',
      '--timestamp',
      '--sign',
      identities.installer,
      unsigned,
      output,
    ]),
    run('read it back', [
      process.execPath,
      join(project, 'pkg/verify.ts'),
      output,
      '--manifest',
      manifest,
    ]),
    run('notarise', [
      '/usr/bin/xcrun',
      'notarytool',
      'submit',
      output,
      '--keychain-profile',
      identities.notaryProfile,
      '--wait',
    ]),
    run('put the ticket in, for Macs without network', [
      '/usr/bin/xcrun',
      'stapler',
      'staple',
      output,
    ]),
    run('Gatekeeper takes it', ['/usr/sbin/spctl', '--assess', '--type', 'install', '-vv', output]),
    run('signature of the product', ['/usr/sbin/pkgutil', '--check-signature', output]),
  ];
}

function run(why: string, command: readonly string[]): Step {
  return { kind: 'run', why, command };
}

/** The steps as a shell script for people to read. */
export function planText(steps: readonly Step[]): string {
  return steps.map((step) => `# ${step.why}\n${commandText(step)}\n`).join('');
}

function commandText(step: Step): string {
  switch (step.kind) {
    case 'run':
      return step.command.map(quoted).join(' ');
    case 'write':
      return `cat > ${quoted(step.path)} <<'END'\n${step.text}END`;
    case 'stage':
      return `# root in ${quoted(step.root)}, scripts in ${quoted(step.scripts)}`;
    case 'measure':
      return `# manifest into ${quoted(step.manifest)}, list of files into the scripts`;
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
