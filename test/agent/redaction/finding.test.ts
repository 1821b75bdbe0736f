import { describe, expect, it } from 'vitest';
import { toDetectionFinding } from '../../../agent/deliver/formats/ocsf.ts';
import { Disclosure } from '../../../agent/redaction/disclosure.ts';
import { redactFinding } from '../../../agent/redaction/finding.ts';
import { PathHider } from '../../../agent/redaction/path-hider.ts';
import type { Finding } from '../../../rules/finding.ts';
import { BARE_STEP, DBEAVER, UPLOAD } from '../deliver/formats/example-finding.ts';

type Options = ConstructorParameters<typeof Disclosure>[1];

const hider = new PathHider(new Uint8Array(32).fill(7), new Set(['.sql', '.csv', '.gz']));
const redacted = (finding: Finding, options: Partial<Options> = {}): Finding =>
  redactFinding(finding, new Disclosure(hider, { mode: 'redact', fileNames: 'keep', ...options }));

const FILE = '/Users/maria/Downloads/password=S3cret.csv';
const COPY = '/Users/maria/Library/CloudStorage/Dropbox/token=S3cret/orders.sql.gz';

/** A secret in every text that other people choose. */
const LEAKY: Finding = {
  ...UPLOAD,
  files: [FILE, COPY],
  destination: 'https://u:S3cret@files.example/in?sig=S3cret&x=1',
  steps: [
    {
      ...BARE_STEP,
      process: {
        ...DBEAVER,
        name: 'token=S3cret',
        executable: '/Users/maria/token=S3cret',
        signingId: 'token=S3cret-5555494412',
      },
      path: COPY,
      sourcePath: FILE,
      destination: ':webdav,user=u,pass=S3cret,url=https://h:in',
    },
  ],
};

describe('a finding', () => {
  it('without a secret is told as it is', () => {
    const finding = redacted(UPLOAD);
    expect(JSON.stringify(finding)).toBe(JSON.stringify(UPLOAD));
    expect(JSON.stringify(redacted(UPLOAD, { mode: 'drop' }))).toBe(JSON.stringify(UPLOAD));
  });

  it('keeps everything but the secrets, and counts them', () => {
    const { files, destination, steps, redactions, ...rest } = redacted(LEAKY);
    expect(files).toEqual([
      '/Users/maria/Downloads/password=[REDACTED].csv',
      '/Users/maria/Library/CloudStorage/Dropbox/token=[REDACTED]/orders.sql.gz',
    ]);
    expect(destination).toBe('https://u:[REDACTED]@files.example/in?sig=[REDACTED]&x=1');
    expect(steps).toMatchObject([
      {
        process: {
          pid: DBEAVER.pid,
          name: 'token=[REDACTED]',
          executable: '/Users/maria/token=[REDACTED]',
          signingId: 'token=[REDACTED]',
          teamId: DBEAVER.teamId,
        },
        path: files[1],
        sourcePath: files[0],
        destination: ':webdav,user=u,pass="[REDACTED]",url=https://h:in',
      },
    ]);
    expect(redactions).toBe(10);
    expect(JSON.stringify(rest)).not.toContain('REDACTED');
  });

  it('in the mode hash shows which secrets are equal', () => {
    const { files } = redacted(LEAKY, { mode: 'hash' });
    const [first, second] = files.map((path) => /\[REDACTED:[0-9a-f]{12}\]/.exec(path)?.[0]);
    expect(first).toBe(second);
    expect(first).toMatch(/^\[REDACTED:/);
  });

  it('in the mode drop leaves out the name or place around a secret', () => {
    const { files, destination, steps, redactions } = redacted(LEAKY, { mode: 'drop' });
    expect(files).toEqual([
      '/Users/maria/Downloads/[REDACTED].csv',
      '/Users/maria/Library/CloudStorage/Dropbox/[REDACTED]/orders.sql.gz',
    ]);
    expect(destination).toBe('https://files.example');
    expect(steps[0]?.destination).toBe('[REDACTED]');
    expect(redactions).toBe(10);
  });

  it('is the same whether its texts were hidden before, as those from the database are, or not', () => {
    const hidden = JSON.parse(hider.json(LEAKY)) as Finding;
    expect(JSON.stringify(hidden)).not.toContain('S3cret');
    for (const mode of ['redact', 'hash', 'drop'] as const)
      expect(redacted(hidden, { mode })).toEqual(redacted(LEAKY, { mode }));
  });

  it('with fileNames hash has comparable hashes for names below a home, with the ending', () => {
    const { files, steps, destination } = redacted(
      {
        ...UPLOAD,
        files: [
          '/Users/maria/Downloads/Customers.csv',
          '/Users/maria/Documents/work/customers.csv',
          '/Users/maria/Desktop/IMG.jpg',
          '/private/tmp/customers.csv',
          FILE,
        ],
        destination: '/Users/maria/Library/CloudStorage/Dropbox',
        steps: [{ ...BARE_STEP, process: DBEAVER, path: '/Users/maria/Downloads/Customers.csv' }],
      },
      { fileNames: 'hash' },
    );
    const [name = ''] = /[0-9a-f]{12}\.csv$/.exec(files[0] ?? '') ?? [];
    expect(files[0]).toBe(`/Users/maria/Downloads/${name}`);
    expect(files[1]).toMatch(new RegExp(`^/Users/maria/Documents/[0-9a-f]{12}/${name}$`));
    expect(files[2]).toMatch(/^\/Users\/maria\/Desktop\/[0-9a-f]{12}\.jpg$/);
    expect(files[3]).toBe(`/private/tmp/${name}`);
    expect(files[4]).toMatch(/^\/Users\/maria\/Downloads\/[0-9a-f]{12}\.csv$/);
    expect(steps[0]?.path).toBe(files[0]);
    expect(steps[0]?.process?.executable).toBe(DBEAVER.executable);
    expect(destination).toBe('/Users/maria/Library/CloudStorage/Dropbox');
  });

  it('says in OCSF how many secrets were hidden, and nothing of it when there was none', () => {
    const product = { version: '1' };
    expect(toDetectionFinding(redacted(LEAKY), product).unmapped.spillwatch.redactions).toBe(10);
    expect(toDetectionFinding(redacted(UPLOAD), product).unmapped.spillwatch).not.toHaveProperty(
      'redactions',
    );
  });
});
