import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder } from '../../../agent/store/database.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { Serving } from '../../agent/commands/serving.ts';
import { HEALTHY, troubleOf } from '../../agent/health/example-report.ts';
import { program } from '../../support/command.ts';
import { replayOnto } from '../../support/engine.ts';
import { wholeStory } from '../../support/whole-story.ts';
import { adminText, StandInRoot } from './admin-files.ts';

const JAMF = 'jamf/extension-attributes/spillwatch-';
const WORDS = ['healthy', 'degraded', 'no-full-disk-access', 'not-running'] as const;
/** Codes of `status`, by word. */
const CODES = [0, 1, 4, 3] as const;

let mac: StandInRoot;
beforeEach(() => {
  mac = new StandInRoot();
});
afterEach(() => mac.end());

const run = (name: string): ReturnType<StandInRoot['run']> => mac.run(adminText(name));

/** The agent prints that text, complains, and ends with that code. */
function agentPrints(text: string, code = 0): void {
  mac.file('text', text);
  mac.agent(`echo complaint >&2; cat '${mac.root}/text'; exit ${code}`);
}

describe.each([
  ['jamf', `${JAMF}status.sh`, (word: string) => `<result>${word}</result>\n`],
  ['intune', 'intune/spillwatch-status.sh', (word: string) => `${word}\n`],
] as const)('the status for %s', (_, script, form) => {
  it.each(WORDS.map((word, at) => [word, CODES[at]!] as const))(
    'is %s when status --ea ends with %3$i',
    async (word, code) => {
      agentPrints(`${word}\n`, code);
      expect(await run(script)).toEqual({ code: 0, out: form(word), err: '' });
    },
  );

  it('asks for the word', async () => {
    mac.agent('[ "$*" = "status --ea" ] && echo healthy');
    expect((await run(script)).out).toBe(form('healthy'));
  });

  it('is not-installed without the program', async () => {
    expect(await run(script)).toEqual({ code: 0, out: form('not-installed'), err: '' });
  });

  it.each([
    ['nothing', ''],
    ['another word', 'fine\n'],
    ['a result of its own', '</result><result>healthy'],
    ['two lines', 'healthy\nhealthy\n'],
  ])('is no-answer when the program prints %s', async (_name, text) => {
    agentPrints(text, 70);
    expect(await run(script)).toEqual({ code: 0, out: form('no-answer'), err: '' });
  });

  it('is no-answer when the program crashes', async () => {
    mac.agent('kill -9 $$');
    expect(await run(script)).toMatchObject({ code: 0, out: form('no-answer') });
  });
});

describe('the version for jamf', () => {
  it('is what the program says', async () => {
    agentPrints('1.20.3\n');
    expect(await run(`${JAMF}version.sh`)).toEqual({
      code: 0,
      out: '<result>1.20.3</result>\n',
      err: '',
    });
  });

  it('is not-installed, or no-answer', async () => {
    expect((await run(`${JAMF}version.sh`)).out).toBe('<result>not-installed</result>\n');
    agentPrints('', 1);
    expect((await run(`${JAMF}version.sh`)).out).toBe('<result>no-answer</result>\n');
  });
});

function report(changes: object): string {
  return `${JSON.stringify({ status: 'healthy', ...HEALTHY, ...changes })}\n`;
}

async function coverageOf(text: string): Promise<string> {
  agentPrints(text, 1);
  const ran = await run(`${JAMF}coverage.sh`);
  expect(ran).toMatchObject({ code: 0, err: '' });
  return ran.out;
}

describe('the coverage for jamf', () => {
  it('is complete, or how much is missing', async () => {
    expect(await coverageOf(report({}))).toBe('<result>complete</result>\n');
    const gaps = { coverage: { gaps: 2, missingMessages: 17, lastLineAgeSeconds: 1 } };
    expect(await coverageOf(report(gaps))).toBe('<result>2 gaps, 17 messages missing</result>\n');
  });

  it('is not-running when nothing runs', async () => {
    expect(await coverageOf('{"status":"not-running"}\n')).toBe('<result>not-running</result>\n');
    expect(await coverageOf('')).toBe('<result>not-running</result>\n');
  });

  it('cannot be forged by a text in the report', async () => {
    const forged = '","coverage":{"gaps":0,"missingMessages":0,"';
    const troubles = [troubleOf('root-missing', { subject: forged, detail: forged })];
    const gaps = { coverage: { gaps: 5, missingMessages: 9, lastLineAgeSeconds: 1 }, troubles };
    expect(await coverageOf(report(gaps))).toBe('<result>5 gaps, 9 messages missing</result>\n');
  });
});

describe('the last finding for jamf', () => {
  it('is a date as Jamf reads it, or nothing', async () => {
    agentPrints(
      '{"finding":"2c77","activity":"update","time":"2026-11-02T15:10:37.049000Z","tool":"psql"}\n',
    );
    const script = `${JAMF}last-finding.sh`;
    expect(await run(script)).toEqual({
      code: 0,
      out: '<result>2026-11-02 15:10:37</result>\n',
      err: '',
    });
    agentPrints('', 1);
    expect(await run(script)).toEqual({ code: 0, out: '<result></result>\n', err: '' });
  });
});

/** How a script ends that says so. */
function said(result: string): unknown {
  return { code: 0, out: `<result>${result}</result>\n`, err: '' };
}

it('the smart groups compare with words that the attributes print', () => {
  const compared = [
    ...adminText('jamf/smart-groups.md').matchAll(/`Spillwatch Status` is (?:not )?`([^`]+)`/g),
  ].map(([, word]) => word);
  expect(compared.length).toBeGreaterThan(5);
  const printed = new Set<string | undefined>([...WORDS, 'not-installed', 'no-answer']);
  expect(compared.filter((word) => !printed.has(word))).toEqual([]);
});

describe('with the real program', { timeout: 60_000 }, () => {
  let serving: Serving;
  beforeEach(() => {
    serving = new Serving();
    const [node, main] = program();
    mac.agent(`case $1 in
  --version) exec '${node}' '${main}' "$@" ;;
  *) exec '${node}' '${main}' "$@" --state '${serving.folder}' ;;
esac`);
  });
  afterEach(() => serving.end());

  it('each attribute says what the agent says', async () => {
    const connection = openInFolder(serving.folder);
    replayOnto(connection, wholeStory().lines());
    connection.close();
    await serving.answer(HEALTHY);
    const [status, version, coverage, last, intune] = await Promise.all([
      run(`${JAMF}status.sh`),
      run(`${JAMF}version.sh`),
      run(`${JAMF}coverage.sh`),
      run(`${JAMF}last-finding.sh`),
      run('intune/spillwatch-status.sh'),
    ]);
    expect([status, version, coverage]).toEqual([
      said('healthy'),
      said(packageJson.version),
      said('complete'),
    ]);
    expect(last).toMatchObject({ code: 0, err: '' });
    expect(last.out).toMatch(/^<result>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d<\/result>\n$/);
    expect(intune).toEqual({ code: 0, out: 'healthy\n', err: '' });
  });

  it('each attribute of a stopped agent says so', async () => {
    const [status, coverage, last] = await Promise.all([
      run(`${JAMF}status.sh`),
      run(`${JAMF}coverage.sh`),
      run(`${JAMF}last-finding.sh`),
    ]);
    expect(status.out).toBe('<result>not-running</result>\n');
    expect(coverage.out).toBe('<result>not-running</result>\n');
    expect(last).toEqual({ code: 0, out: '<result></result>\n', err: '' });
  });
});
