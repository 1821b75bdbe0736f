import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeText, visible } from '../../agent/report/escape.ts';
import { findingReport } from '../../agent/report/html.ts';
import type { Finding } from '../../rules/finding.ts';
import { elementsIn, textIn } from '../agent/report/html-checks.ts';
import { demoStory } from '../support/demo-story.ts';
import { replayed } from '../support/replay.ts';
import { PROGRAMS, Story, type User } from '../support/story.ts';
import { CHROMIUM, chromium } from './chromium.ts';

const PICTURE = join(import.meta.dirname, '../golden/report-demo.png');
const MAX_PICTURE_BYTES = 200_000;

const EVE: User = { uid: 504, name: 'eve"><script>document.title=1</script>' };
const HOME = `/Users/${EVE.name}`;
/** One name that is markup, one that lies about its direction and breaks lines, one that is long. */
const NAMES = [
  `${HOME}/Downloads/<script>document.title='owned'</script>.csv`,
  `${HOME}/Downloads/'" onload=alert(1) \u202Evsc.exe\n\u0000.csv`,
  `${HOME}/Documents/${'long-name-'.repeat(70)}资料 😀.csv`,
] as const;

/** Names that want to be more than names, three exports and two ways out. */
function hostileStory(): Story {
  const s = new Story({ start: '2026-11-02T13:00:00Z' }).host([EVE]);
  const shell = s.shell(EVE);
  s.processes([shell]);
  const tool = s.run(shell, { ...PROGRAMS.psql, args: ['psql', 'shop'] });
  s.write(tool, NAMES[0]);
  const cp = s.wait(9).run(shell, { ...PROGRAMS.cp, args: ['cp'] });
  s.clone(cp, NAMES[0], NAMES[1]).clone(cp, NAMES[0], NAMES[2]);
  s.wait(3).rename(cp, NAMES[2], `${HOME}/Library/Mobile Documents/com~apple~CloudDocs/a&lt;b.csv`);
  s.lose(4).wait(600);
  s.run(shell, { ...PROGRAMS.rclone, args: ['rclone', 'copy', NAMES[1], 'r<i>:x'] });
  return s;
}

function reportOf(story: Story, user: string): { finding: Finding; html: string } {
  const history = replayed(story).findings.filter((finding) => finding.user === user);
  const finding = history.at(-1);
  if (!finding) throw new Error(`the story has no finding of ${user}`);
  return { finding, html: findingReport(finding, history) };
}

/** How wide a page wants to be in a frame of a given width, in CSS pixels; a page around it measures, because it has no script. */
async function widthOf(html: string, width: number, folder: string): Promise<number> {
  const around = join(folder, 'around.html');
  const measure = "document.title = 'wide ' + this.contentDocument.documentElement.scrollWidth";
  writeFileSync(
    around,
    `<!doctype html><meta charset="utf-8"><iframe width="${width}" height="800" frameborder="0" srcdoc="${escapeText(html.replaceAll('\n', ' '))}" onload="${measure}"></iframe>`,
  );
  const dom = await chromium(around, ['--dump-dom', '--window-size=800,900']);
  return Number(/<title>wide (\d+)<\/title>/.exec(dom)?.[1]);
}

/** Width and height of a PNG (its header is the first chunk). */
function sizeOf(picture: string): readonly [number, number] {
  const bytes = readFileSync(picture);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

describe.skipIf(!existsSync(CHROMIUM)).each([
  ['demo', demoStory(), 'maria'],
  ['hostile', hostileStory(), EVE.name],
] as const)(
  'the report of the %s story in Chromium (skipped without /usr/bin/chromium)',
  (name, story, user) => {
    const { finding, html } = reportOf(story, user);
    let folder: string;
    let page: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'spillwatch-report-'));
      page = join(folder, `${name}.html`);
      writeFileSync(page, html);
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it('is read as it was written: text as text, no element that the writer did not write', async () => {
      const dom = await chromium(page, ['--dump-dom']);
      expect(elementsIn(dom)).toEqual(elementsIn(html));
      expect(elementsIn(dom).has('script')).toBe(false);
      // The browser writes the page again by its own rules; line ends at its very end aside, the text is the same.
      expect(textIn(dom).trim()).toBe(textIn(html).trim());
      for (const path of finding.files) expect(textIn(dom)).toContain(visible(path));
      expect(dom).toContain(
        `<title>${/<title>(.*)<\/title>/.exec(html)?.[1]?.replaceAll('&quot;', '"').replaceAll('&#39;', "'")}</title>`,
      );
    });

    it.each([
      [390, 1400],
      [1280, 1000],
    ])('is drawn at %i by %i', async (width, height) => {
      const picture = join(folder, `${width}.png`);
      await chromium(page, [`--screenshot=${picture}`, `--window-size=${width},${height}`]);
      expect(sizeOf(picture)).toEqual([width, height]);
      // An empty page of that size takes less than 10 kB.
      expect(statSync(picture).size).toBeGreaterThan(40_000);
    });

    it('is no wider than a phone of 360', async () => {
      expect(await widthOf(html, 360, folder)).toBe(360);
      const wide = html.replace('</style>', 'h1{min-width:400px}</style>');
      expect(await widthOf(wide, 360, folder)).toBeGreaterThan(360);
    });

    it('can be printed', async () => {
      const paper = join(folder, 'report.pdf');
      await chromium(page, ['--no-pdf-header-footer', `--print-to-pdf=${paper}`]);
      const bytes = readFileSync(paper, 'latin1');
      expect(bytes.startsWith('%PDF-')).toBe(true);
      expect(bytes).not.toMatch(/\/JavaScript\b|\/URI\b/);
    });
  },
);

describe('the picture in the README', () => {
  it('is there and small', async () => {
    if (process.env['UPDATE_GOLDEN'] === '1') {
      const page = join(mkdtempSync(join(tmpdir(), 'spillwatch-report-')), 'demo.html');
      writeFileSync(page, reportOf(demoStory(), 'maria').html);
      await chromium(page, [`--screenshot=${PICTURE}`, '--window-size=1280,850']);
      rmSync(dirname(page), { recursive: true, force: true });
    }
    expect(sizeOf(PICTURE)).toEqual([1280, 850]);
    expect(statSync(PICTURE).size).toBeLessThan(MAX_PICTURE_BYTES);
  });
});
