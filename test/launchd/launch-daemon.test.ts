import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'plist';
import { describe, expect, it } from 'vitest';
import { INSTALLED } from '../../agent/commands/installed.ts';
import { MAX_LOG_BYTES } from '../../agent/health/log-file.ts';
import { asObject } from '../../collectors/untrusted.ts';

const FOLDER = join(import.meta.dirname, '../../launchd');
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const JOB = asObject(
  parse(readFileSync(join(FOLDER, 'org.spillwatch.agent.plist'), 'utf8')),
) as Readonly<Record<string, unknown>>;

function section(title: string): string {
  return README.split(/^## /m).find((text) => text.startsWith(title)) ?? '';
}

/** Names in the first column of a table. */
function firstColumn(text: string): readonly string[] {
  return [...text.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );
}

/** Keys of a dictionary and of those inside of it. */
function keysOf(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(value).flatMap(([key, inner]) => [
    key,
    ...(typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? keysOf(inner as Readonly<Record<string, unknown>>)
      : []),
  ]);
}

describe('the job of launchd', () => {
  it('is what was settled, key by key', () => {
    expect(JOB).toEqual({
      Label: 'org.spillwatch.agent',
      ProgramArguments: [
        '/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch',
        'run',
        '--log',
        '/Library/Logs/Spillwatch/agent.log',
      ],
      AssociatedBundleIdentifiers: ['org.spillwatch.agent'],
      RunAtLoad: true,
      KeepAlive: true,
      ThrottleInterval: 10,
      ExitTimeOut: 20,
      ProcessType: 'Interactive',
      SoftResourceLimits: { NumberOfFiles: 4096 },
      StandardErrorPath: '/Library/Logs/Spillwatch/launchd.err.log',
      Umask: '077',
    });
  });

  it('starts what `spillwatch service` looks for', () => {
    expect(JOB['Label']).toBe(INSTALLED.label);
    expect(JOB['ProgramArguments']).toEqual([INSTALLED.executable, 'run', '--log', INSTALLED.log]);
  });

  it('has no key that slows it down, steers it or lets launchd kill it', () => {
    const forbidden = [
      'AbandonProcessGroup',
      'EnablePressuredExit',
      'EnableTransactions',
      'EnvironmentVariables',
      'LowPriorityIO',
      'LowPriorityBackgroundIO',
      'Nice',
      'UserName',
      'WorkingDirectory',
    ];
    expect(forbidden.filter((key) => key in JOB)).toEqual([]);
    expect(JOB['ProcessType']).not.toBe('Background');
  });

  it('is explained in the README, each key once, those that are left out, too', () => {
    expect(firstColumn(section('Keys of the property list')).toSorted()).toEqual(
      keysOf(JOB).toSorted(),
    );
    const absent = firstColumn(section('Keys that are left out'));
    expect(absent.length).toBeGreaterThan(20);
    expect(absent.filter((key) => keysOf(JOB).includes(key))).toEqual([]);
  });
});

describe('the rotation of the logs', () => {
  const lines = readFileSync(join(FOLDER, 'org.spillwatch.agent.newsyslog.conf'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));

  it('has both logs, for root alone, and neither signals nor compresses', () => {
    expect(lines).toEqual([
      [INSTALLED.log, 'root:wheel', '600', '5', '10000', '*', 'BN'],
      [JOB['StandardErrorPath'], 'root:wheel', '600', '3', '1000', '*', 'BN'],
    ]);
  });

  it('comes before the bound at which the agent leaves lines out', () => {
    expect(Number(lines[0]?.[4]) * 1024).toBeLessThan(MAX_LOG_BYTES / 10);
  });
});
