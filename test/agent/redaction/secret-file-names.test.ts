import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInFolder } from '../../../agent/store/database.ts';
import type { Finding } from '../../../rules/finding.ts';
import { replayOnto } from '../../support/engine.ts';
import { replayed } from '../../support/replay.ts';
import { wholeStory } from '../../support/whole-story.ts';

const plain = wholeStory().lines();

/** Every file of the story, each with a secret of its own in its name. */
const NAMES = ['customers', 'people', 'list', 'orders', 'again'];
const secret = plain.map((line) =>
  line.replaceAll(
    new RegExp(String.raw`\b(${NAMES.join('|')})(?=\.(?:csv|xlsx|zip))`, 'g'),
    (_, name: string) => `token=S3cret-${name}`,
  ),
);

/** The findings, with the names of the story's files all alike. */
const alike = (findings: readonly Finding[]): string =>
  JSON.stringify(findings.map((finding) => ({ ...finding, redactions: undefined })))
    .replaceAll(new RegExp(String.raw`\b(?:${NAMES.join('|')})(?=\.(?:csv|xlsx|zip))`, 'g'), '#')
    .replaceAll('token=[REDACTED]', '#');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillwatch-names-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function onDisk(parts: readonly (readonly string[])[]): readonly Finding[] {
  return parts.flatMap((lines) => {
    const connection = openInFolder(folder);
    try {
      return replayOnto(connection, lines);
    } finally {
      connection.close();
    }
  });
}

describe('files with secrets in their names', () => {
  it('are followed like all others, and told without the secrets', () => {
    expect(secret.join('\n')).toContain('S3cret-orders');
    const { findings } = replayed(`${secret.join('\n')}\n`);
    expect(alike(findings)).toBe(alike(replayed(`${plain.join('\n')}\n`).findings));
    expect(JSON.stringify(findings)).not.toContain('S3cret');
    expect(findings.at(-1)?.redactions).toBeGreaterThan(0);
  });

  it.each([1, 2, 3])(
    'are known again when the agent stops and starts at %i quarters of the way',
    (quarters) => {
      const at = Math.floor((secret.length * quarters) / 4);
      const inParts = onDisk([secret.slice(0, at), secret.slice(at)]);
      expect(JSON.stringify(inParts)).toBe(
        JSON.stringify(replayed(`${secret.join('\n')}\n`).findings),
      );
    },
  );

  it('leave no secret in any byte of the database', () => {
    onDisk([secret.slice(0, secret.length / 2), secret.slice(secret.length / 2)]);
    const files = readdirSync(folder);
    expect(files).toContain('spillwatch.db');
    for (const file of files)
      expect(readFileSync(join(folder, file)).includes('S3cret')).toBe(false);
  });

  it('in the mode hash tell which of them hold the same secret', () => {
    const { findings } = replayed(`${secret.join('\n')}\n`, { redaction: { mode: 'hash' } });
    const { files } = findings.findLast(({ files: own }) =>
      own.some((path) => path.endsWith('.zip')),
    )!;
    const hashes = files.flatMap((path) => /\[REDACTED:[0-9a-f]{12}\]/.exec(path)?.[0] ?? []);
    expect(hashes.length).toBeGreaterThan(1);
    expect(new Set(hashes).size).toBe(1);
  });
});
