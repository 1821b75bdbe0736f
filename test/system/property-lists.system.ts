/** Every property list that the project holds or makes, as libxml2 and libplist read it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'plist';
import { expect, it } from 'vitest';
import { componentPlist } from '../../pkg/release/component-plist.ts';
import { BUNDLE } from '../../pkg/staging/agent-root.ts';
import { infoPlist } from '../../pkg/staging/info-plist.ts';
import { PROJECT } from '../support/command.ts';
import { projectFiles } from './project-files.ts';

const HELD = projectFiles().filter((path) => /\.(?:plist|mobileconfig|recipe)$/.test(path));

const LISTS: readonly (readonly [string, Buffer])[] = [
  ...HELD.map((path) => [path, filled(readFileSync(join(PROJECT, path), 'utf8'))] as const),
  ['Info.plist', Buffer.from(infoPlist('1.2.3'))],
  ['the component plist', Buffer.from(componentPlist(BUNDLE))],
];

/** With a number for each place that is left open for a release. */
function filled(text: string): Buffer {
  return Buffer.from(text.replaceAll(/@[A-Z0-9_]+@/g, '1'));
}

/** What a program makes of it. */
function made(program: string, args: readonly string[], input: Buffer): Buffer {
  const { status, stdout, stderr } = spawnSync(program, args, { input });
  expect([status, stderr.toString()]).toEqual([0, '']);
  return stdout;
}

/** XML as binary, and binary as XML. */
function converted(input: Buffer): Buffer {
  return made('/usr/bin/plistutil', ['-i', '-', '-o', '-'], input);
}

it('those that matter are found', () => {
  expect(HELD).toContain('launchd/org.spillwatch.agent.plist');
  expect(HELD).toContain('pkg/release/entitlements.plist');
});

it.each(LISTS)('%s is well-formed and holds for libplist what it holds for us', (_, content) => {
  made('/usr/bin/xmllint', ['--noout', '--nonet', '-'], content);
  const binary = converted(content);
  expect(binary.toString('latin1', 0, 8)).toBe('bplist00');
  expect(parse(converted(binary).toString('utf8'))).toEqual(parse(content.toString('utf8')));
});
