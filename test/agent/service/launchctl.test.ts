import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Launchctl } from '../../../agent/service/launchctl.ts';
import { describeRefusal } from '../../../agent/service/refusal.ts';
import { LABEL, StandInMac } from './stand-in-launchctl.ts';

let mac: StandInMac;
let launchctl: Launchctl;

beforeEach(() => {
  mac = new StandInMac();
  launchctl = new Launchctl({ file: mac.launchctl, label: LABEL });
});
afterEach(() => mac.end());

describe('launchctl', () => {
  it('is called with the verbs of today, the label in the domain of the system', async () => {
    await launchctl.enable();
    await launchctl.bootstrap(mac.source);
    await launchctl.isLoaded();
    await launchctl.kickstart();
    await launchctl.kickstartAnew();
    await launchctl.bootout();
    expect(mac.calls).toEqual([
      'enable system/org.spillwatch.agent',
      `bootstrap system ${mac.source}`,
      'print system/org.spillwatch.agent',
      'kickstart system/org.spillwatch.agent',
      'kickstart -k system/org.spillwatch.agent',
      'bootout system/org.spillwatch.agent',
    ]);
  });

  it('gets no variable of whoever calls', async () => {
    process.env['SPILLWATCH_SECRET'] = 'x';
    try {
      await launchctl.enable();
    } finally {
      delete process.env['SPILLWATCH_SECRET'];
    }
    // A shell adds PWD, OLDPWD, SHLVL and _.
    const names = mac.environment.map((line) => line.split('=')[0]);
    const allowed = new Set(['PATH', 'LC_ALL', 'HOME', 'PWD', 'OLDPWD', 'SHLVL', '_']);
    expect(names.filter((name) => !allowed.has(name ?? ''))).toEqual([]);
  });

  it('says by its exit code alone whether a job is loaded', async () => {
    expect(await launchctl.isLoaded()).toBe(false);
    mac.load();
    expect(await launchctl.isLoaded()).toBe(true);
    mac.answer('print', 3);
    expect(await launchctl.isLoaded()).toBe(false);
    mac.answer('print', 125);
    expect(await launchctl.isLoaded()).toMatchObject({ refusal: { reason: 'wrong-domain' } });
  });

  it.each([
    [1, 'not-permitted', 'sudo'],
    [3, 'not-loaded', 'service start'],
    [5, 'input-output', 'log show'],
    [36, 'under-way', 'try again'],
    [37, 'under-way', 'try again'],
    [113, 'not-loaded', 'service start'],
    [119, 'disabled', 'launchctl enable system/org.spillwatch.agent'],
    [125, 'wrong-domain', 'sudo'],
    [150, 'system-protection', 'label'],
    [78, 'unknown', 'launchctl error 78'],
  ])('that ends with %i is a refusal: %s, with what to do', async (code, reason, fix) => {
    mac.answer('bootstrap', code);
    const answer = await launchctl.bootstrap(mac.source);
    if (answer.kind !== 'refused') throw new Error('it was not refused');
    const text = `It failed: ${code}: for a reason`;
    expect(answer.refusal).toEqual({ reason, code, text });
    const described = describeRefusal(answer.refusal);
    expect(described.detail).toContain(`ended with ${code} (${text})`);
    expect(described.fix).toContain(fix);
    expect(`${described.detail}${described.fix}`).not.toContain('\n');
  });

  it('that hangs is killed in time, and what it started does not hold the call', async () => {
    mac.answer('print', 'hang');
    const hanging = new Launchctl({ file: mac.launchctl, label: LABEL, timeoutMs: 150 });
    const answer = await hanging.isLoaded();
    expect(answer).toMatchObject({ refusal: { reason: 'hung', code: null } });
  });

  it('that writes without end is killed', async () => {
    mac.answer('print', 'flood');
    expect(await launchctl.isLoaded()).toMatchObject({ refusal: { reason: 'unknown' } });
  });

  it('that is not there says that this is no Mac', async () => {
    const none = new Launchctl({ file: join(mac.root, 'none'), label: LABEL });
    const answer = await none.enable();
    if (answer.kind !== 'refused') throw new Error('it was not refused');
    expect(answer.refusal.reason).toBe('missing');
    expect(describeRefusal(answer.refusal).detail).toContain('launchd is part of macOS');
  });
});
