import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PRODUCT } from '../../../pkg/product.ts';
import { adminFiles, adminText } from './admin-files.ts';

interface Recipe {
  readonly Description: string;
  readonly Identifier: string;
  readonly ParentRecipe?: string;
  readonly MinimumVersion: string;
  readonly Input: Readonly<Record<string, string>>;
  readonly Process: readonly {
    readonly Processor: string;
    readonly Arguments?: Readonly<Record<string, unknown>>;
  }[];
}

const RECIPES = new Map<string, Recipe>(
  adminFiles('.recipe.yaml').map(({ path, text }) => [path, parse(text)]),
);

/** Processors of AutoPkg itself (its wiki, Processor reference), and of grahampugh-recipes, with the arguments they take here. */
const PROCESSORS: ReadonlyMap<string, readonly string[]> = new Map([
  ['GitHubReleasesInfoProvider', ['github_repo', 'asset_regex']],
  ['URLDownloader', ['filename']],
  ['EndOfCheckPhase', []],
  ['CodeSignatureVerifier', ['input_path', 'expected_authority_names']],
  ['MunkiPkginfoMerger', ['additional_pkginfo']],
  ['MunkiImporter', ['pkg_path', 'repo_subdirectory', 'version_comparison_key']],
  ['com.github.grahampugh.jamf-upload.processors/JamfCategoryUploader', ['category_name']],
  [
    'com.github.grahampugh.jamf-upload.processors/JamfPackageUploader',
    ['pkg_path', 'pkg_name', 'pkg_category'],
  ],
]);

/** What the processors before set. */
const OUTPUT = new Set(['version', 'pathname']);

function chainOf(recipe: Recipe): readonly Recipe[] {
  const parent = [...RECIPES.values()].find(({ Identifier }) => Identifier === recipe.ParentRecipe);
  return parent === undefined ? [recipe] : [...chainOf(parent), recipe];
}

describe.each([...RECIPES])('%s', (_, recipe) => {
  it('has what AutoPkg asks for', () => {
    // What imports two items of one version needs one that compares processors.
    expect(recipe.MinimumVersion).toBe(recipe.Identifier.endsWith('.munki') ? '2.7' : '2.3');
    expect(recipe.Description.length).toBeGreaterThan(20);
    expect(recipe.Identifier).toMatch(/^org\.spillwatch\.autopkg\.[a-z]+$/);
  });

  it('begins with the download, and checks the signature before anything is imported', () => {
    const names = chainOf(recipe).flatMap(({ Process }) =>
      Process.map(({ Processor }) => Processor),
    );
    expect(names.slice(0, 4)).toEqual([
      'GitHubReleasesInfoProvider',
      'URLDownloader',
      'EndOfCheckPhase',
      'CodeSignatureVerifier',
    ]);
  });

  it('names processors and arguments that there are', () => {
    for (const { Processor, Arguments } of recipe.Process)
      expect(PROCESSORS.get(Processor)).toEqual(
        expect.arrayContaining(Object.keys(Arguments ?? {})),
      );
  });

  it('uses no variable that nothing sets', () => {
    const inputs = new Set(chainOf(recipe).flatMap(({ Input }) => Object.keys(Input)));
    const used = [...JSON.stringify(recipe.Process).matchAll(/%([A-Za-z_]+)%/g)].map(
      ([, name = '']) => name,
    );
    expect(used.filter((name) => !inputs.has(name) && !OUTPUT.has(name))).toEqual([]);
  });
});

describe('the recipe of the download', () => {
  const [provider, , , verifier] = RECIPES.get('autopkg/Spillwatch.download.recipe.yaml')!.Process;

  it.each(['arm64', 'x86_64'])('takes the package for %s and nothing beside it', (processor) => {
    const text = String(provider?.Arguments?.['asset_regex']).replace('%ARCHITECTURE%', processor);
    const names = ['arm64', 'x86_64'].flatMap((other) =>
      ['.pkg', '.pkg.sha256', '.manifest.json', '.cdx.json'].map(
        (ending) => `${PRODUCT.command}-1.10.0-${other}${ending}`,
      ),
    );
    expect(names.filter((name) => new RegExp(text).test(name))).toEqual([
      `spillwatch-1.10.0-${processor}.pkg`,
    ]);
  });

  it('wants the signature of an installer, up to the root of Apple', () => {
    expect(verifier?.Arguments?.['expected_authority_names']).toEqual([
      'Developer ID Installer: %DEVELOPER% (%TEAM_ID%)',
      'Developer ID Certification Authority',
      'Apple Root CA',
    ]);
  });
});

it('the recipe for Munki gives what the pkginfo of this folder has', () => {
  const { Process } = RECIPES.get('autopkg/Spillwatch.munki.recipe.yaml')!;
  const { additional_pkginfo: info } = Process[0]?.Arguments ?? {};
  expect(info).toMatchObject({
    installcheck_script: adminText('munki/installcheck.sh').replace('@VERSION@', '%version%'),
    uninstall_script: adminText('munki/uninstall.sh'),
    uninstallcheck_script: adminText('munki/uninstallcheck.sh'),
    minimum_os_version: PRODUCT.minimumSystem,
    unattended_install: true,
  });
});
