import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { readRoot, writeRoot } from '../staging/disk.ts';
import type { Entry, FileEntry } from '../staging/entry.ts';
import { inOrder } from '../staging/entry.ts';
import { scriptsFor } from '../staging/installer-scripts.ts';
import { SourceError } from '../staging/source-file.ts';
import type { Step } from './steps.ts';

/**
 * Goes the steps one after another; the first that fails ends it with a `SourceError`. `manifestText` makes the manifest of
 * the signed root.
 */
export function goSteps(
  steps: readonly Step[],
  {
    payload,
    scripts,
    manifestText,
    say,
  }: {
    readonly payload: readonly Entry[];
    readonly scripts: readonly FileEntry[];
    readonly manifestText: (payload: readonly Entry[]) => string;
    readonly say: (line: string) => void;
  },
): void {
  let [root, scriptsFolder] = ['', ''];
  for (const step of steps) {
    say(step.why);
    switch (step.kind) {
      case 'stage':
        root = step.root;
        scriptsFolder = step.scripts;
        writeRoot(payload, root);
        writeRoot(inOrder(scripts), scriptsFolder);
        break;
      case 'measure': {
        const entries = readRoot(root);
        rmSync(scriptsFolder, { recursive: true });
        writeRoot(inOrder(scriptsFor(scripts, entries)), scriptsFolder);
        writeFileSync(step.manifest, manifestText(entries));
        break;
      }
      case 'write':
        writeFileSync(step.path, step.text);
        break;
      case 'run':
        run(step.command);
        break;
    }
  }
}

function run([program = '', ...args]: readonly string[]): void {
  const { status, signal, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status === 0) return;
  const reason = error?.message ?? (signal === null ? `exit code ${status}` : signal);
  throw new SourceError(`${program}: failed (${reason}); see its output above`);
}
