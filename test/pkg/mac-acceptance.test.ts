/**
 * What Linux can show of the script for a test Mac: its arguments, how it counts and reports, and that what it names is there.
 * The checks themselves need a Mac.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor } from '../../agent/commands/doctor.ts';
import { INSTALLED } from '../../agent/commands/installed.ts';
import { status } from '../../agent/commands/status.ts';
import { DEFAULT_EVENTS, NEEDED_EVENTS } from '../../collectors/endpoint-security/wanted-events.ts';
import { PRODUCT } from '../../pkg/product.ts';
import { BUNDLE, EXECUTABLE, ROOTS } from '../../pkg/staging/agent-root.ts';
import { EVIDENCES } from '../../rules/finding.ts';
import { Serving, Written } from '../agent/commands/serving.ts';
import { HEALTHY, troubleOf } from '../agent/health/example-report.ts';
import { PROJECT, spillwatch } from '../support/command.ts';

const SCRIPT = join(PROJECT, 'pkg/mac-acceptance.sh');
const text = readFileSync(SCRIPT, 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-acceptance-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function bash(args: readonly string[]): Said {
  const { status: code, stdout, stderr } = spawnSync('/bin/bash', args, { encoding: 'utf8' });
  return { code, out: stdout, err: stderr };
}

function script(...args: readonly string[]): Said {
  return bash([SCRIPT, ...args]);
}

/** Runs commands in a shell that has read the script for its functions; `work` is a new folder of theirs. */
function withFunctions(commands: string): Said & { readonly work: string } {
  const work = mkdtempSync(join(folder, 'work-'));
  const head = `. "$1"; work=$2; log=$work/log; started_at=2026-11-24T10:00:00Z; : >"$work/results"; package=''`;
  return { ...bash(['-c', `${head}\n${commands}`, 'bash', SCRIPT, work]), work };
}

/** The first word of each line of `--list`. */
const NAMES = script('--list')
  .out.trimEnd()
  .split('\n')
  .map((line) => line.split(': ')[0] ?? '');

describe('arguments', () => {
  it('--list prints each check once, with what it shows', () => {
    expect(NAMES.length).toBeGreaterThan(40);
    expect(new Set(NAMES).size).toBe(NAMES.length);
    expect(script('--list')).toMatchObject({ code: 0, err: '' });
    for (const line of script('--list').out.trimEnd().split('\n'))
      expect(line).toMatch(/^[a-z-]+: [^.]+$/);
  });

  it('every check of the list has a function, and every such function is in the list', () => {
    const functions = [...text.matchAll(/^check_(\w+)\(\)/gm)].map(([, name]) =>
      (name ?? '').replaceAll('_', '-'),
    );
    expect(functions.toSorted()).toEqual(NAMES.toSorted());
  });

  it('--help says how to use it', () => {
    expect(script('--help')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^usage: sudo \/bin\/bash mac-acceptance\.sh /),
    });
  });

  symlinkSync('/etc/passwd', join(folder, 'link'));
  it.each([
    [['--fast']],
    [['install']],
    [['--package']],
    [['--package', '']],
    [['--package', '/nowhere/x.pkg']],
    [['--profile', folder]],
    [['--only', 'everything']],
    [['--only', '.*']],
    [['--only', 'install\npurge']],
    [['--minutes', '0']],
    [['--minutes', '1;id']],
    [['--user', '-rm']],
    [['--user', 'a b']],
    [['--report', folder]],
    [['--report', join(folder, 'link')]],
  ])('%j is wrong usage: 64, one line of what, and how to use it', (args) => {
    const { code, out, err } = script(...args);
    expect([code, out]).toEqual([64, '']);
    expect(err).toMatch(/^mac-acceptance: [^\n]+\nusage: /);
  });

  it('hostile text comes back as visible ASCII', () => {
    // oxlint-disable-next-line no-control-regex -- that is the question
    expect(script('--\u001b]0;pwn\u0007\u202e').err).not.toMatch(/[^\n -~]/);
  });

  it.skipIf(process.platform === 'darwin')('refuses anything that is no Mac with 2', () => {
    expect(script('--only', 'install', '--report', join(folder, 'never.json'))).toEqual({
      code: 2,
      out: '',
      err: 'mac-acceptance: this is no Mac; run it on a test Mac\n',
    });
    expect(existsSync(join(folder, 'never.json'))).toBe(false);
  });
});

describe('the result', () => {
  const CHECKS = `
check_good() { echo noise; echo more >&2; pass fine; }
check_bad_one() { fail 'two
lines' 'and "quotes" \\ back'; }
check_left_out() { skip 'not here'; }
check_broken() { return 1; }
check_gone() { exit 7; }
`;

  it('each check is a line, the last line of the whole is the count', () => {
    const { out, code } = withFunctions(`${CHECKS}
for name in good bad-one left-out broken gone; do run_check $name; done; totals`);
    expect([code, out]).toEqual([
      0,
      `pass good: fine
fail bad-one: two lines and "quotes" \\ back
skip left-out: not here
fail broken: ended without a verdict
fail gone: ended without a verdict
1 passed, 3 failed, 1 skipped
`,
    ]);
  });

  it('what tools say beside goes into the log, below the name of the check', () => {
    const { work } = withFunctions(`${CHECKS} run_check good`);
    expect(readFileSync(join(work, 'log'), 'utf8')).toBe('\n== good\nmore\n');
  });

  it('a check reads nothing from the terminal and changes nothing for the next', () => {
    const { out } = withFunctions(`
check_reads() { read -r line; work=/elsewhere; pass "read '\${line-}'"; }
check_next() { pass "\${work##*/}"; }
run_check reads; run_check next`);
    expect(out).toMatch(/^pass reads: read ''\npass next: work-/);
  });

  it('the report is JSON with the Mac, the package and every check', () => {
    const { out, work } = withFunctions(`${CHECKS}
package=$work/x.pkg; printf abc >"$package"
fact() { printf '%s' "$1"; }
system_text() { printf '{"macos":%s}' "$(json_text 15.5)"; }
package_version() { printf 0.1.0; }
now() { printf 2026-11-24T11:00:00Z; }
run_check good >/dev/null; run_check bad-one >/dev/null; report_text`);
    expect(work).not.toBe('');
    expect(JSON.parse(out)).toEqual({
      format: 1,
      startedAt: '2026-11-24T10:00:00Z',
      endedAt: '2026-11-24T11:00:00Z',
      system: { macos: '15.5' },
      package: {
        file: 'x.pkg',
        sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        version: '0.1.0',
      },
      passed: 1,
      failed: 1,
      skipped: 0,
      checks: [
        { name: 'good', result: 'pass', detail: 'fine', seconds: expect.any(Number) },
        {
          name: 'bad-one',
          result: 'fail',
          detail: 'two lines and "quotes" \\ back',
          seconds: expect.any(Number),
        },
      ],
    });
  });

  it('the report replaces a link that came meanwhile and is for its owner alone', () => {
    const target = join(folder, 'target');
    const report = join(folder, 'report.json');
    writeFileSync(target, 'untouched');
    symlinkSync(target, report);
    // GNU cp has no -X, which leaves out extended attributes.
    const { code } = withFunctions(`${CHECKS} report=${report}; run_check good >/dev/null
report_text() { printf '{}'; }
eval "$(declare -f write_report | sed 's/cp -X/cp/g')"; write_report`);
    expect([code, readFileSync(target, 'utf8'), readFileSync(report, 'utf8')]).toEqual([
      0,
      'untouched',
      '{}',
    ]);
    expect(statSync(report).mode & 0o777).toBe(0o600);
  });
});

/** What functions print where the agent answers with the documents in the files `status` and `doctor`. */
function read(commands: string): string {
  const { out, err } = withFunctions(`
spillwatch() { if [ "$1" = status ]; then cat ${folder}/status; return 1; else cat ${folder}/doctor; fi; }
${commands}`);
  expect(err).toBe('');
  return out;
}

describe('what the agent says is read as it says it', () => {
  const serving = new Serving();
  const documents = { status: '', doctor: '' };
  beforeAll(async () => {
    await serving.answer({
      ...HEALTHY,
      collectors: HEALTHY.collectors.map((row) => ({
        ...row,
        skipped: { 'not-relevant': 3 },
        received: row.part === 'endpoint-security' ? 4711 : row.received,
      })),
      troubles: [troubleOf('command-failed', { part: 'network', detail: 'netstat "fails"' })],
    });
    const told = new Written();
    await status({ state: serving.folder, json: true }, told.output);
    const checked = new Written();
    await doctor({ state: serving.folder, json: true }, checked.output);
    documents.status = told.out;
    documents.doctor = checked.out;
  });
  afterAll(() => serving.end());

  beforeAll(() => {
    writeFileSync(join(folder, 'status'), documents.status);
    writeFileSync(join(folder, 'doctor'), documents.doctor);
  });

  it('the process of the agent', () => {
    expect(read('agent_pid')).toBe(`${HEALTHY.pid}\n`);
  });

  it('the lines of one source', () => {
    expect(read('received endpoint-security; received nobody')).toBe('4711\n');
    expect(read('has_received_more endpoint-security 4710 && echo more')).toBe('more\n');
    expect(read('has_received_more endpoint-security 4711 || echo same')).toBe('same\n');
    expect(read('has_received_more nobody 0 || echo none')).toBe('none\n');
  });

  it('the trouble of one part', () => {
    expect(JSON.parse(read('ask_doctor; trouble_of network'))).toMatchObject({
      name: 'network: command-failed',
      result: 'fail',
    });
    expect(read('ask_doctor; trouble_of host; trouble_of net')).toBe('');
  });
});

it('processor time is read in every form that ps prints', () => {
  const { out } = withFunctions(`
for time in 0:01.23 12:00.00 1:00:00.50 2-01:00:00; do
  eval "$(declare -f processor_hundredths | sed 's|/bin/ps -o time= -p "$1"|echo "  $1"|')"
  processor_hundredths $time
done`);
  expect(out.trim().split('\n')).toEqual(['123', '72000', '360050', '17640000']);
});

it('code requirements of a profile are found as they are meant', () => {
  const profile = join(folder, 'profile.xml');
  writeFileSync(
    profile,
    `<dict>
      <key>CodeRequirement</key>
      <string>identifier "org.spillwatch.agent" and certificate leaf[field.1] /* exists */ &amp;&amp; x &lt; 2</string>
      <key>Identifier</key>
      <string>org.spillwatch.agent</string>
    </dict>`,
  );
  expect(withFunctions(`requirements_in ${profile}`).out).toBe(
    'identifier "org.spillwatch.agent" and certificate leaf[field.1] /* exists */ && x < 2\n',
  );
});

describe('names', () => {
  it('paths are those of the product', () => {
    const names = ['identifier', 'home', 'bundle', 'executable', 'state', 'config', 'managed'];
    const more = ['logs', 'agent_log', 'daemon', 'rotation', 'link'];
    const { out } = withFunctions(
      [...names, ...more].map((name) => `printf '%s=%s\\n' ${name} "$${name}"`).join('\n'),
    );
    expect(
      new Map(
        out
          .trimEnd()
          .split('\n')
          .map((line) => line.split('=', 2) as [string, string]),
      ),
    ).toEqual(
      new Map([
        ['identifier', PRODUCT.identifier],
        ['home', `/Library/Application Support/${PRODUCT.name}`],
        ['bundle', `/${BUNDLE}`],
        ['executable', `/${EXECUTABLE}`],
        ['state', INSTALLED.state],
        ['config', INSTALLED.config],
        ['managed', `/Library/Managed Preferences/${PRODUCT.identifier}.plist`],
        ['logs', `/Library/Logs/${PRODUCT.name}`],
        ['agent_log', `/Library/Logs/${PRODUCT.name}/agent.log`],
        ['daemon', `/Library/LaunchDaemons/${PRODUCT.identifier}.plist`],
        ['rotation', `/private/etc/newsyslog.d/${PRODUCT.identifier}.conf`],
        ['link', `/usr/local/bin/${PRODUCT.command}`],
      ]),
    );
    expect(ROOTS.map((path) => `/${path}`)).toEqual(
      withFunctions(`printf '%s\\n' "$home" "$daemon" "$rotation"`).out.trimEnd().split('\n'),
    );
  });

  it('events are those that the agent wants', () => {
    const { out } = withFunctions('echo $needed_events; echo $wanted_events');
    const [needed = [], wanted = []] = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    expect(new Set(needed)).toEqual(NEEDED_EVENTS);
    expect(new Set([...needed, ...wanted])).toEqual(new Set([...DEFAULT_EVENTS, 'open']));
  });

  it('every evidence that can be simulated is', () => {
    const simulated = [...text.matchAll(/ simulated(?:_in_folder)? ([a-z-]+);/g)].map(
      ([, name]) => name,
    );
    const none = ['flow-only', 'opened-by-browser'];
    expect(new Set([...simulated, ...none])).toEqual(new Set(EVIDENCES));
  });

  it('entitlements for an ad hoc signature are those of a release', () => {
    const plist = readFileSync(join(PROJECT, 'pkg/release/entitlements.plist'), 'utf8');
    expect(withFunctions('entitlements_text').out).toBe(plist);
    expect(withFunctions('entitlements_text | keys_of').out).toBe(
      'com.apple.security.cs.allow-jit com.apple.security.cs.allow-unsigned-executable-memory ',
    );
  });

  it('programs are called by absolute path', () => {
    const code = text.replaceAll(/<<'?END'?\n[\s\S]*?\nEND\n/g, '').replaceAll(/^\s*#.*$/gm, '');
    const tools =
      /(?<![\w/.$"'-])(?:awk|cat|cp|curl|cut|date|defaults|dscl|find|grep|head|id|launchctl|ls|lsof|mkdir|mv|ps|rm|sed|sleep|sort|stat|sudo|tail|tr|wc)(?= )/g;
    const quoted = /'[^'\n]*'/g;
    expect(code.replaceAll(quoted, "''").match(tools) ?? []).toEqual([]);
  });
});

describe('every verb and option that it calls is there', () => {
  const calls = callsOf(text);

  it('and these are the verbs', () => {
    expect([...new Set(calls.map(({ verb }) => verb))].toSorted()).toEqual([
      '',
      'capture',
      'config show',
      'demo',
      'doctor',
      'findings list',
      'replay',
      'run',
      'service install',
      'service restart',
      'service start',
      'service status',
      'service stop',
      'simulate',
      'status',
    ]);
  });

  it.concurrent.each([...new Set(calls.map(({ verb }) => verb))])('spillwatch %s', async (verb) => {
    const { code, out } = await spillwatch([...verb.split(' ').filter(Boolean), '--help']);
    expect(code).toBe(0);
    const known = new Set(out.match(/--[a-z-]+/g));
    const used = calls.filter((call) => call.verb === verb).flatMap(({ options }) => options);
    expect(used.filter((option) => !known.has(option))).toEqual([]);
  });
});

interface Call {
  readonly verb: string;
  readonly options: readonly string[];
}

/** Calls of the agent: as `spillwatch`, by the path of the copy, through the two functions that pass words on, and by launchd. */
function callsOf(source: string): readonly Call[] {
  const code = source.replaceAll(/^\s*#.*$/gm, '');
  const direct = [
    ...code.matchAll(
      /(?:^|[\s(!])(?<!simulated )(?:spillwatch|"\$1"|"\S+\/spillwatch") ([a-z-][^\n;|)]*)/gm,
    ),
  ];
  const simulations = [...code.matchAll(/ simulated "\$1"( --[^\n;]*)$/gm)].map(
    ([, words = '']) => `simulate${words}`,
  );
  const doctorCalls = [...code.matchAll(/ask_doctor( --[^\n;]*)?$/gm)].map(
    ([, words = '']) => `doctor${words}`,
  );
  const job = [
    ...(/<array>([\s\S]*?)<\/array>/.exec(code)?.[1] ?? '').matchAll(
      /<string>([a-z-]+)<\/string>/g,
    ),
  ];
  const lines = [
    ...direct.map(([, words = '']) => words),
    ...simulations,
    ...doctorCalls,
    job.map(([, word]) => word).join(' '),
  ];
  return lines.map(callOf).filter((call) => call !== null);
}

function callOf(line: string): Call | null {
  const words = line.split(/\s+/);
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
  const verb = words.slice(0, end === -1 ? words.length : end).join(' ');
  const options = words.filter((word) => /^--[a-z-]+$/.test(word));
  // `"$1" != "$bundle"` is no call.
  return verb === '' && options.length === 0 ? null : { verb, options };
}
