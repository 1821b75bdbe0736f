import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FindingsListOptions,
  type FindingsShowOptions,
  listFindings,
  showFinding,
} from '../../../agent/commands/findings.ts';
import { toSummary } from '../../../agent/deliver/formats/summary.ts';
import { findingReport } from '../../../agent/report/html.ts';
import { openInFolder } from '../../../agent/store/database.ts';
import type { Finding } from '../../../rules/finding.ts';
import { UPLOAD } from '../deliver/formats/example-finding.ts';
import { keepFindings } from '../store/keep-findings.ts';

const TOM = 'bbbbbbbb-0000-4000-8000-000000000003';
const HOSTILE = '\u202E\u001B[31m\u009B2J<b>\n';

const EMITTED: readonly Finding[] = [
  { ...UPLOAD, sequence: 1, versionId: '1', stage: 'export', severity: 'medium', evidence: null },
  { ...UPLOAD, sequence: 2, versionId: '2' },
  {
    ...UPLOAD,
    id: TOM,
    sequence: 3,
    versionId: '3',
    stage: 'tool',
    severity: 'low',
    user: HOSTILE,
    uid: 502,
    tool: 'psql',
    service: null,
    evidence: null,
    files: [],
  },
];

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-findings-'));
  state = join(folder, 'state');
  const connection = openInFolder(state);
  keepFindings(connection, EMITTED);
  connection.close();
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function collect(
  run: (output: { out(text: string): void; err(text: string): void }) => number,
): Ran {
  const texts = { out: '', err: '' };
  const code = run({
    out: (text) => {
      texts.out += text;
    },
    err: (text) => {
      texts.err += text;
    },
  });
  return { code, ...texts };
}

function list(options: Partial<FindingsListOptions> = {}): Ran {
  return collect((output) => listFindings({ state, limit: 50, ...options }, output));
}

function show(id: string, options: Partial<FindingsShowOptions> = {}): Ran {
  return collect((output) => showFinding({ state, id, ...options }, output));
}

describe('a simulation among the findings', () => {
  const simulation: Finding = {
    ...UPLOAD,
    id: 'cccccccc-0000-4000-8000-000000000004',
    sequence: 4,
    versionId: '4',
    tool: 'Spillwatch simulation',
    files: ['/Users/maria/Downloads/spillwatch-simulation-0123456789ab.csv'],
  };
  beforeEach(() => {
    const connection = openInFolder(state);
    keepFindings(connection, [simulation]);
    connection.close();
  });

  it('is marked in the list, and nothing else is', () => {
    const marked = list()
      .out.split('\n')
      .filter((line) => line.includes('SIMULATED'));
    expect(marked).toHaveLength(1);
    expect(marked[0]).toMatch(/high SIMULATED .* cccccccc$/);
  });

  it('is marked when it is shown, as text and as a document', () => {
    expect(show(simulation.id).out).toMatch(/^SIMULATED HIGH upload/);
    expect(JSON.parse(show(simulation.id, { json: true }).out)).toMatchObject({ simulated: true });
    expect(show(UPLOAD.id).out).toMatch(/^HIGH upload/);
  });
});

describe('findings list', () => {
  it('prints one aligned line for each finding, the latest first, nothing cut', () => {
    expect(list()).toEqual({
      code: 0,
      out: [
        'LAST STEP (UTC)      SEVERITY  STAGE   USER                                TOOL     SERVICE  FILES                                   ID',
        String.raw`2026-10-14 07:31:35  low       tool    \u{202e}\u{1b}[31m\u{9b}2J<b>\u{a}  psql     -        -                                       bbbbbbbb`,
        '2026-10-14 07:31:35  high      upload  maria                               DBeaver  dropbox  2 /Users/maria/Downloads/customers.csv  6f1c2f6e',
        '',
      ].join('\n'),
      err: '',
    });
  });

  it('fits a terminal by the middle of long cells', () => {
    const lines = list({ columns: 95, user: 'maria' }).out.split('\n');
    expect(lines[1]).toBe(
      '2026-10-14 07:31:35  high      upload  maria  DBeaver  dropbox  2 /Users/m…tomers.csv  6f1c2f6e',
    );
  });

  it('prints the summary of each finding as a line of JSON that a terminal cannot be fooled by', () => {
    const { out } = list({ json: true });
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
      [EMITTED[2]!, EMITTED[1]!].map(toSummary),
    );
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it.each([
    [{ user: 'maria' }, ['maria']],
    [{ user: '501' }, ['maria']],
    [{ user: 'Maria' }, []],
    [{ severity: 'low' }, [HOSTILE, 'maria']],
    [{ severity: 'medium' }, ['maria']],
    [{ severity: 'critical' }, []],
    [{ stage: 'tool' }, [HOSTILE]],
    [{ stage: 'export' }, []],
  ] satisfies [Partial<FindingsListOptions>, string[]][])('narrows by %o', (options, users) => {
    const { code, out } = list({ ...options, json: true });
    const found = out.split('\n').filter((line) => line !== '');
    expect(code).toBe(0);
    expect(found.map((line) => (JSON.parse(line) as Finding).user)).toEqual(users);
  });

  it('says that there are more than the limit', () => {
    const { out, err } = list({ limit: 1, json: true });
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(err).toBe('there are more findings; --limit above 1 shows them\n');
    expect(list({ limit: 2 }).err).toBe('');
  });

  it('says so when no finding fits, and prints no heading', () => {
    expect(list({ user: 'nobody' })).toEqual({ code: 0, out: '', err: 'no finding fits\n' });
  });

  it('ends with 1 and one harmless line when the state cannot be read', () => {
    const { code, out, err } = list({ state: join(folder, 'no\u001Bne') });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^[^\n]*no\\u\{1b\}ne: does not exist; [^\n]*\n$/);
  });
});

describe('findings show', () => {
  it('prints what was observed, inferred, not seen and what to check', () => {
    const { code, out } = show('6f1c2f');
    expect(code).toBe(0);
    expect(out).toMatch(/^HIGH upload \(confidence high\)\n {2}finding {3}6f1c2f6e-/);
    for (const part of [
      '  role\n    Neither developer nor administrator: ',
      '    The way out (strong)\n      observed: The client of a cloud service opened the file.\n',
      '  coverage\n    Complete: ',
      '  what could not be seen\n    - ',
      '  every path the data had\n    1. /Users/maria/Downloads/customers.csv\n    2. /Users/maria/Dropbox/IMG_2231.jpg\n',
      '  emissions\n    2026-10-14T07:31:35.123456Z  medium export (confidence high)\n    2026-10-14T07:31:35.123456Z  high upload (confidence high)\n',
      '  what to check next\n    1. In the audit log of dropbox, ',
    ])
      expect(out).toContain(part);
  });

  it('prints names from outside without their power over a terminal', () => {
    const { out } = show(TOM);
    expect(out).toContain(String.raw`\u{202e}\u{1b}[31m\u{9b}2J<b>\u{a}`);
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('prints the stored finding as one document, the keys of the summary first', () => {
    const document = JSON.parse(show(UPLOAD.id, { json: true }).out) as object;
    expect(document).toEqual({ ...toSummary(EMITTED[1]!), ...EMITTED[1], simulated: false });
    const keys = Object.keys(toSummary(EMITTED[1]!));
    expect(Object.keys(document).slice(0, keys.length)).toEqual(keys);
  });

  it.each([
    ['6f1c2', /^6f1c2: too short/],
    ['ffffffff', /^ffffffff: no finding of /],
  ])('ends with 1 and one line for %s', (id, message) => {
    const { code, out, err } = show(id);
    expect([code, out, err.split('\n').length]).toEqual([1, '', 2]);
    expect(err).toMatch(message);
  });
});

describe('findings show --html', () => {
  it('writes the report for its owner alone and says where', () => {
    const html = join(folder, 'report.html');
    expect(show('6f1c2f', { html })).toEqual({
      code: 0,
      out: `report written to ${html}\n`,
      err: '',
    });
    expect(readFileSync(html, 'utf8')).toBe(findingReport(EMITTED[1]!, EMITTED.slice(0, 2)));
    expect(statSync(html).mode & 0o777).toBe(0o600);
  });

  it('leaves stdout to the document when both are wanted', () => {
    const html = join(folder, 'report.html');
    const { out, err } = show('6f1c2f', { html, json: true });
    expect(JSON.parse(out)).toMatchObject({ finding: UPLOAD.id });
    expect(err).toBe(`report written to ${html}\n`);
  });

  it('replaces an older report that others could read', () => {
    const html = join(folder, 'report.html');
    writeFileSync(html, 'old');
    chmodSync(html, 0o666);
    expect(show('6f1c2f', { html }).code).toBe(0);
    expect(statSync(html).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(['report.html', 'state']);
  });

  it('refuses a link and leaves what it points to alone', () => {
    const [target, html] = [join(folder, 'target'), join(folder, 'report.html')];
    writeFileSync(target, 'mine');
    symlinkSync(target, html);
    const { code, err } = show('6f1c2f', { html });
    expect([code, err]).toEqual([1, `${html}: is a link and is not followed; name another file\n`]);
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });

  it('refuses a folder, and a place in a folder that is not there, and leaves nothing behind', () => {
    const html = join(folder, 'folder');
    mkdirSync(html);
    expect(show('6f1c2f', { html }).err).toBe(`${html}: is not a file; name the file to write\n`);
    const { code, err } = show('6f1c2f', { html: join(folder, 'none/report.html') });
    expect(code).toBe(1);
    expect(err).toMatch(
      /none\/report\.html: cannot be written \(ENOENT\); check folder and space\n$/,
    );
    expect(readdirSync(folder).toSorted()).toEqual(['folder', 'state']);
  });
});
