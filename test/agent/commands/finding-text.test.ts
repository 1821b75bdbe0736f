import { describe, expect, it } from 'vitest';
import { findingText, stepText } from '../../../agent/commands/finding-text.ts';
import { printable } from '../../../agent/commands/terminal.ts';
import { findingOf } from '../../../agent/finding.ts';
import type { Step } from '../../../rules/finding.ts';
import { chainOf, stepOf } from '../../support/chain.ts';

const HOSTILE = '/Users/maria/Downloads/\u001b]0;pwn\u0007\u202Egnp.\u009b2J\r\nx.csv';

const PROCESS = {
  pid: 7,
  pidversion: 1,
  name: 'psql\u001b[31m',
  executable: '/x/psql',
  signingId: null,
  teamId: null,
  userId: 501,
  startUs: null,
};

/** Everything that moves the cursor, changes colours or turns the direction of text. */
const DANGEROUS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function textOf(steps: Step[], stepsOmitted = 0): string {
  const chain = chainOf({ steps, stepsOmitted, emissions: 1, user: 'ma\u001bria', runs: 3 });
  return findingText(
    findingOf(
      chain,
      {
        stage: 'upload',
        link: 'lineage',
        evidence: 'named-in-upload-command',
        service: null,
        serviceTier: null,
        destination: 'remote\u001b[2J:x',
        sanctioned: false,
        row: { severity: 'high', confidence: 'high' },
        severity: 'high',
        confidence: 'high',
        coverage: 'complete',
        rule: { id: '1', title: 'one\u0007' },
      },
      1,
      { name: 'mac', id: 'id', osVersion: '15' },
    ),
  );
}

describe('a finding for people', () => {
  it('says what it is, who, what left and where to, and every step', () => {
    const text = textOf([stepOf(), stepOf({ action: 'uploaded', destination: 's3://b' })], 4);
    for (const part of ['upload', 'confidence high', '(501)', '3 runs', 'written: ', 's3://b'])
      expect(text).toContain(part);
    expect(text).toContain('and 4 more steps');
  });

  it('makes names of other people harmless for a terminal, and cuts nothing', () => {
    const text = textOf([stepOf({ path: HOSTILE, process: PROCESS })]);
    expect(text).not.toMatch(DANGEROUS);
    expect(text).toContain(String.raw`\u{1b}]0;pwn\u{7}\u{202e}gnp.\u{9b}2J\u{d}\u{a}x.csv`);
    expect(text).toContain(String.raw`remote\u{1b}[2J:x`);
  });

  it.each<[Step['action'], string]>([
    ['tool-started', 'database tool started: '],
    ['tool-repeated', 'database tool started again: '],
    ['file-written', 'written: /Users/maria/Downloads/x.csv'],
    ['file-moved', 'moved: /a -> /Users/maria/Downloads/x.csv'],
    ['file-copied', 'copied: /a -> /Users/maria/Downloads/x.csv'],
    ['file-archived', 'packed: /a -> /Users/maria/Downloads/x.csv'],
    ['file-opened', 'opened: /Users/maria/Downloads/x.csv'],
    ['uploaded', 'left: /Users/maria/Downloads/x.csv -> '],
    ['connected', 'connected: '],
  ])('tells the step %s in one line', (action, expected) => {
    const line = stepText(stepOf({ action, sourcePath: '/a' }));
    expect(line.startsWith(expected)).toBe(true);
    expect(line).not.toContain('\n');
    expect(line).not.toContain('null');
  });

  it('says of a file tied by time that it is', () => {
    expect(stepText(stepOf({ link: 'temporal' }))).toContain('tied by time only');
  });
});

describe('text for a terminal', () => {
  it.each([
    ['plain text, größe and \u{1F4BE} stay', 'größe \u{1F4BE}', 'größe \u{1F4BE}'],
    ['an escape sequence', 'a\u001b[31mb', String.raw`a\u{1b}[31mb`],
    ['a newline', 'a\nb', String.raw`a\u{a}b`],
    ['a C1 control', '\u009b', String.raw`\u{9b}`],
    ['a turn of direction', '\u202e', String.raw`\u{202e}`],
    ['a line separator', '\u2028', String.raw`\u{2028}`],
    ['a zero width joiner', '\u200d', String.raw`\u{200d}`],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
