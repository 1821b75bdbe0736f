import { describe, expect, it } from 'vitest';
import { INSTALLED } from '../../../agent/commands/installed.ts';
import { appleName, PROCESSORS, PRODUCT } from '../../../pkg/product.ts';
import { BUNDLE, EXECUTABLE, ROOTS } from '../../../pkg/staging/agent-root.ts';
import { adminFiles, adminText } from './admin-files.ts';

const FILES = adminFiles();
const EACH = FILES.map(({ path, text }) => [path, text] as const);

/** Every path below /Library that a file may name. */
const PATHS: readonly string[] = [
  `/${BUNDLE}/Contents/Resources/uninstall`,
  `/${EXECUTABLE}`,
  `/${BUNDLE}`,
  ...ROOTS.map((path) => `/${path}`),
  `${INSTALLED.state}/spillwatch.db`,
  '/Library/Logs/Spillwatch',
  `/Library/Managed Preferences/${PRODUCT.identifier}.plist`,
  // Said of Intune, without anything behind it.
  '/Library/Application Support',
];

/** The text without the paths that it may name. */
function without(text: string): string {
  return PATHS.toSorted((left, right) => right.length - left.length).reduce(
    // Not the beginning of another path.
    (rest, path) =>
      rest.replaceAll(
        new RegExp(`${path.replaceAll('.', String.raw`\.`)}(?![\\w/-]| \\w|\\.\\w)`, 'g'),
        '',
      ),
    text,
  );
}

describe('the files for administrators', () => {
  it('are there', () => {
    expect(FILES.length).toBeGreaterThan(20);
  });

  it.each(EACH)('%s names no path but those of the package', (_, text) => {
    expect(without(text)).not.toContain('/Library');
  });

  it.each(EACH)(
    '%s names no identifier but that of the product and those of recipes',
    (_, text) => {
      const identifiers = [...text.matchAll(/\borg\.spillwatch\.[a-z.]*[a-z]/g)].map(([id]) => id);
      const allowed = /^org\.spillwatch\.(?:agent(?:\.plist)?|autopkg\.(?:download|munki|jamf))$/;
      expect(identifiers.filter((id) => !allowed.test(id))).toEqual([]);
    },
  );

  it.each(EACH)(
    '%s lets no tool that is root call what lies in /usr/local/bin: it may belong to a user',
    (_, text) => {
      expect(text).not.toMatch(/\/usr\/local\/bin\/spillwatch [a-z]/);
    },
  );

  it.each(EACH)('%s names packages as they are built', (_, text) => {
    const names = [...text.matchAll(/spillwatch-[^\s`"'|]*\.pkg/g)].map(([name]) => name);
    const processors = PROCESSORS.map(appleName).join('|');
    const form = new RegExp(
      String.raw`^spillwatch-(?:VERSION|@VERSION@|%version%|1\.0\.0|\[0-9\.\][*+])-(?:PROCESSOR|%ARCHITECTURE%|${processors})\\?\.pkg$`,
    );
    expect(names.filter((name) => !form.test(name))).toEqual([]);
  });

  it('the page has what every tool needs to know', () => {
    const page = adminText('README.md');
    const facts = [
      PRODUCT.identifier,
      `/${BUNDLE}`,
      `/${EXECUTABLE}`,
      INSTALLED.jobFile,
      `${INSTALLED.state}/spillwatch.db`,
      PRODUCT.minimumSystem,
    ];
    expect(facts.filter((fact) => !page.includes(`\`${fact}\``) && fact !== '13.5')).toEqual([]);
    expect(page).toContain(`| minimum macOS | ${PRODUCT.minimumSystem} |`);
  });

  it('links lead to files', () => {
    const broken = adminFiles('.md').flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#]+)\)/g)]
        .map(([, target = '']) => new URL(target, `file:///${path}`).pathname.slice(1))
        .filter(
          (target) =>
            !FILES.some((file) => file.path === target || file.path.startsWith(`${target}/`)),
        ),
    );
    expect(broken).toEqual([]);
  });
});
