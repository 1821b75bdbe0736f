/**
 * The three legs of AN0678 as real programs of the actor: the tool starts and exports, then the data leaves. Nothing is sent
 * but the marked rows, and those only to a server of this process on loopback or into a folder that was named for it.
 */
import type { Actor } from './actor.ts';
import {
  type Command,
  type CommandParts,
  copyCommand,
  exportOf,
  filesOf,
  pipelineCommand,
  toolCommand,
  uploadCommand,
} from './programs.ts';
import { runProgram } from './run-program.ts';

export const LEGS = [1, 2, 3] as const;
/** 1 the tool starts, 2 the export appears, 3 the data leaves. */
export type Leg = (typeof LEGS)[number];

/** What became of a leg on this host, whatever the agent saw of it. */
export interface Performed {
  readonly leg: Leg;
  /** When the program that does it was started, by the given clock. */
  readonly startedMs: number;
  /** What kept it from happening; `null` when it happened. */
  readonly problem: string | null;
}

export interface Performance extends CommandParts {
  readonly actor: Actor;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** Does all legs in order; what follows a leg that failed is not tried and has the same problem. */
export async function perform(performance: Performance): Promise<readonly Performed[]> {
  const { nowMs, scenario } = performance;
  const isPipe = scenario.departure.kind === 'pipe';
  const toolMs = nowMs();
  const problem = await run(
    performance,
    isPipe ? pipelineCommand(performance) : toolCommand(performance),
  );
  const departure = departureOf(performance);
  const leftMs = departure === null ? toolMs : nowMs();
  const left = problem ?? (departure === null ? null : await run(performance, departure));
  return [
    { leg: 1, startedMs: toolMs, problem },
    { leg: 2, startedMs: toolMs, problem },
    { leg: 3, startedMs: leftMs, problem: left },
  ];
}

/**
 * Removes the files and says what could not be removed, or `null`. It happens in the name of the actor, so that a folder
 * which the actor has replaced meanwhile leads root nowhere.
 */
export function removeFiles(
  parts: Pick<Performance, 'scenario' | 'token' | 'actor'>,
): Promise<string | null> {
  const signal = new AbortController().signal;
  return runProgram('/bin/rm', ['-f', '--', ...filesOf(parts)], parts.actor, signal);
}

/** The program by which the data leaves; `null` when it has left with the export already, or somebody else takes it. */
function departureOf(performance: Performance): Command | null {
  const { departure } = performance.scenario;
  switch (departure.kind) {
    case 'upload-command':
      return uploadCommand(performance, exportOf(performance));
    case 'copy':
      return copyCommand(performance, departure.folder);
    case 'pipe':
    case 'none':
      return null;
  }
}

function run({ actor, signal }: Performance, { file, args }: Command): Promise<string | null> {
  return runProgram(file, args, actor, signal);
}
