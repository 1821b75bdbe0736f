/** A project with everything that a package is made of, small and quick: the real rules and packages, the rest stands in. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build } from '../../pkg/build/build-package.ts';
import { appleName, type Processor } from '../../pkg/product.ts';
import { machO } from './mach-o-file.ts';

const PROJECT = join(import.meta.dirname, '../..');
/** `SOURCE_DATE_EPOCH` of the tests. */
export const EPOCH = 1_790_000_000;

export interface StandIn {
  readonly project: string;
  readonly out: string;
  readonly remove: () => void;
}

export function standInProject(): StandIn {
  const folder = mkdtempSync(join(tmpdir(), 'spillwatch-project-'));
  const project = join(folder, 'project');
  for (const name of ['launchd', 'pkg/scripts', 'dist'])
    mkdirSync(join(project, name), { recursive: true });
  for (const name of ['package.json', 'package-lock.json', 'LICENSE'])
    copyFileSync(join(PROJECT, name), join(project, name));
  for (const name of ['rules', 'agent', 'node_modules'])
    symlinkSync(join(PROJECT, name), join(project, name));
  writeFileSync(join(project, 'launchd/org.spillwatch.agent.plist'), '<plist/>\n');
  writeFileSync(join(project, 'launchd/org.spillwatch.agent.newsyslog.conf'), '# log\n');
  for (const name of ['preinstall', 'postinstall', 'uninstall'])
    writeFileSync(join(project, 'pkg/scripts', name), `#!/bin/sh\n# ${name}\n`);
  for (const processor of ['arm64', 'x64'] as const)
    writeFileSync(executableIn(project, processor), machO(appleName(processor)));
  return {
    project,
    out: join(folder, 'out'),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

export function executableIn(project: string, processor: Processor): string {
  return join(project, 'dist', `spillwatch-darwin-${processor}`);
}

/** Makes a package of it and gives what was printed. */
export async function built(
  { project, out }: Pick<StandIn, 'project' | 'out'>,
  more: Partial<BuildOptions> = {},
): Promise<string> {
  const processor = more.processor ?? 'arm64';
  let printed = '';
  await build(
    {
      project,
      out,
      processor,
      executable: executableIn(project, processor),
      natives: [],
      mode: 'unsigned',
      environment: { SOURCE_DATE_EPOCH: String(EPOCH) },
      ...more,
    },
    {
      out: (text) => {
        printed += text;
      },
      err: () => {},
    },
  );
  return printed;
}
