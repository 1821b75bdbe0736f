import { describe, expect, it } from 'vitest';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import { isHeavy } from '../../../../agent/deliver/formats/heavy.ts';
import {
  FEW_EVIDENCES,
  FEW_FILES,
  MAX_EVIDENCES,
  MAX_FILES,
} from '../../../../agent/deliver/formats/ocsf-bounds.ts';
import type { Finding, Step } from '../../../../rules/finding.ts';
import { BARE_STEP, DBEAVER, UPLOAD } from './example-finding.ts';
import { SENDER } from './example-outgoing.ts';

const FILES = Array.from(
  { length: MAX_FILES },
  (_, index) => `/Users/maria/Downloads/${index}.csv`,
);
const STEPS: readonly Step[] = FILES.slice(0, MAX_EVIDENCES).map((path) => ({
  ...BARE_STEP,
  process: DBEAVER,
  path,
  sourcePath: path,
}));

/** Names of a kilobyte, as macOS allows them, of characters that JSON writes with six. */
const hostile = (name: string): string => `${name}${'\u0001'.repeat(900)}`;
const HEAVY: Finding = {
  ...UPLOAD,
  files: FILES.map(hostile),
  steps: STEPS.map((step) => ({ ...step, path: hostile(step.path ?? '') })),
};

function body(finding: Finding, format: 'ocsf' | 'summary'): string {
  return encode({ kind: 'finding', finding }, format, SENDER).body;
}

describe('a finding is heavy', () => {
  it('never for as many steps and paths of everyday names as are written', () => {
    expect(isHeavy({ files: FILES, steps: STEPS })).toBe(false);
  });

  it('for names of control characters, in its steps or in its files', () => {
    expect(isHeavy({ files: [], steps: HEAVY.steps })).toBe(true);
    expect(isHeavy({ files: HEAVY.files, steps: [] })).toBe(true);
  });

  it('not for what is not written anyway', () => {
    const name = 'x'.repeat(100_000);
    const steps = [{ ...BARE_STEP, path: name }];
    expect(isHeavy({ files: [name, name], steps })).toBe(false);
  });
});

describe('a heavy finding', () => {
  it('keeps both ends of steps and paths in OCSF, and says what is missing', () => {
    const { evidences, metadata, unmapped } = JSON.parse(body(HEAVY, 'ocsf'));
    expect(evidences).toHaveLength(FEW_EVIDENCES);
    expect(unmapped.spillwatch.files).toHaveLength(FEW_FILES);
    expect(unmapped).toMatchObject({
      stepsOmitted: MAX_EVIDENCES - FEW_EVIDENCES,
      filesOmitted: MAX_FILES - FEW_FILES,
    });
    expect(metadata.is_truncated).toBe(true);
  });

  it('keeps both ends of its paths in a summary, and says how many are missing', () => {
    const summary = JSON.parse(body(HEAVY, 'summary'));
    expect(summary.files).toHaveLength(FEW_FILES);
    expect(summary.files.at(-1)).toBe(HEAVY.files.at(-1));
    expect(summary.filesOmitted).toBe(MAX_FILES - FEW_FILES);
  });

  it('keeps the paths of a summary when only its steps are heavy', () => {
    const { files, filesOmitted } = JSON.parse(body({ ...HEAVY, files: FILES }, 'summary'));
    expect(files).toEqual(FILES);
    expect(filesOmitted).toBeUndefined();
  });
});
