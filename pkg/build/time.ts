import { spawnSync } from 'node:child_process';
import { SourceError } from '../staging/source-file.ts';

/** What 32 bits hold, which is what a bill of materials has for a time. */
const MAX_TIME = 0xffff_ffff;

/**
 * Seconds since 1970 that are the time of everything in a package: SOURCE_DATE_EPOCH, else that of the last commit. Never the
 * clock, so that the same sources give the same package. Throws a `SourceError`.
 */
export function buildTime(project: string, environment: NodeJS.ProcessEnv): number {
  const given = environment['SOURCE_DATE_EPOCH'];
  const text = given ?? commitTime(project);
  if (!/^\d{1,10}$/.test(text) || Number(text) > MAX_TIME)
    throw new SourceError(
      given === undefined
        ? `${project}: has no last commit; set SOURCE_DATE_EPOCH to a time in seconds`
        : `SOURCE_DATE_EPOCH: "${given}" is no time in seconds since 1970`,
    );
  return Number(text);
}

function commitTime(project: string): string {
  const { status, stdout } = spawnSync('git', ['-C', project, 'log', '-1', '--format=%ct'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : '';
}
