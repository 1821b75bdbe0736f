import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { askStatus } from '../health/status-socket.ts';
import { type Actor, actorOf, type Invocation } from '../simulation/actor.ts';
import { likelyCauses } from '../simulation/causes.ts';
import { LEGS } from '../simulation/perform.ts';
import { filesOf } from '../simulation/programs.ts';
import { recordedRun } from '../simulation/recorded-run.ts';
import { DEFAULT_EVIDENCE, type Scenario, scenarioOf } from '../simulation/scenario.ts';
import { newToken } from '../simulation/simulated.ts';
import { simulate as play, type SimulationResult } from '../simulation/simulation.ts';
import { type Findings, openFindings } from '../store/findings.ts';
import { StateError } from '../store/state-error.ts';
import { EXIT } from './exit-codes.ts';
import { simulationDocument, simulationLines } from './simulation-text.ts';
import { asReport } from './status.ts';
import { type Output, printable } from './terminal.ts';

export interface SimulateOptions {
  /** The analytic, in any case; `an0678` is the only one. */
  readonly analytic: string;
  readonly state: string;
  /** Evidence of the third leg, `named-in-upload-command` unless given. */
  readonly evidence?: string;
  /** Home of the user, when it cannot be told. */
  readonly home?: string;
  /** A real cloud folder, for the evidence that needs one. */
  readonly syncFolder?: string;
  readonly json?: boolean;
  /** Leave the tool and its files behind. */
  readonly keep?: boolean;
}

/** What the verb takes of the process that runs it. */
export interface SimulationHost extends Invocation {
  /** The Node.js that the tool is a copy of. */
  readonly runtime: string;
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
}

/** Something was not seen, or the simulation could not be done. */
const NOT_SEEN = 1;
/** As that of `status`. */
const NOT_RUNNING = 3;
const ENDED_EARLY =
  'the simulation was ended early; what it had made was removed, unless --keep was given';

/**
 * `spillwatch simulate an0678`: a harmless chain, made and marked by this command, must come back as a finding of the running
 * agent. Exit 0 when all three legs were seen, 1 when one was not, 3 when no agent runs on the state folder, 64 on wrong
 * usage, which is also evidence that cannot be simulated here. SIGINT and SIGTERM end it after everything was removed.
 */
export async function simulate(
  options: SimulateOptions,
  output: Output,
  host: SimulationHost = ownHost(),
): Promise<number> {
  const setting = settingOf(options, host);
  if (typeof setting === 'string') {
    output.err(`${printable(setting)}\n`);
    return EXIT.usage;
  }
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  let findings: Findings | undefined;
  try {
    if (asReport(await askStatus(options.state)) === null) {
      output.err(
        `${printable(`${options.state}: no agent answers there, so nothing was simulated; start it (spillwatch run), name its folder with --state, and use sudo when the folder is root's`)}\n`,
      );
      return NOT_RUNNING;
    }
    findings = openFindings(options.state);
    return await simulateOn(findings, setting, options, { output, host, signal: stop.signal });
  } catch (error) {
    const reason = stop.signal.aborted ? ENDED_EARLY : expectedReason(error);
    if (reason === null) throw error;
    output.err(`${printable(reason)}\n`);
    return NOT_SEEN;
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
    findings?.close();
  }
}

interface Surroundings {
  readonly output: Output;
  readonly host: SimulationHost;
  readonly signal: AbortSignal;
}

interface Setting {
  readonly actor: Actor;
  readonly scenario: Scenario;
}

/** Who acts and what is done, or a sentence that says what is wrong with the arguments. */
function settingOf(options: SimulateOptions, invocation: Invocation): Setting | string {
  const { analytic, evidence = DEFAULT_EVIDENCE, home, syncFolder } = options;
  if (analytic.toLowerCase() !== 'an0678')
    return `${analytic}: cannot be simulated; the only analytic is an0678`;
  const actor = actorOf(invocation, home);
  if (actor === null)
    return `${home ?? 'the home of the user'}: is not a folder, or not of the user; name it with --home /...`;
  const scenario = scenarioOf({ evidence, home: actor.home, syncFolder });
  if (typeof scenario === 'string') return scenario;
  const stats = lstatSync(scenario.exportFolder, { throwIfNoEntry: false });
  if (!stats?.isDirectory())
    return `${scenario.exportFolder}: is not a folder (a link is not followed); create it or name another home with --home`;
  return { actor, scenario };
}

async function simulateOn(
  findings: Findings,
  { actor, scenario }: Setting,
  options: SimulateOptions,
  { output, host, signal }: Surroundings,
): Promise<number> {
  const { state, json = false, keep = false } = options;
  const token = newToken();
  const sinceUs = Date.now() * 1000;
  const result = await play({
    token,
    scenario,
    actor,
    // The temporary folder of root may be closed to the user.
    parent: actor.isOther ? '/tmp' : tmpdir(),
    runtime: host.runtime,
    keep,
    findings,
    nowMs: host.nowMs,
    signal,
  });
  const allSeen = LEGS.every((leg) => result.seen.has(leg));
  const causes = likelyCauses({
    stateFolder: state,
    scenario,
    performed: result.performed,
    seen: new Set(result.seen.keys()),
    report: allSeen ? null : asReport(await askStatus(state)),
    run: allSeen ? null : recordedRun(state, sinceUs),
  });
  const kept = keep ? keptPaths(result, scenario, token) : [];
  const report = { token, scenario, result, causes, kept };
  if (json) output.out(`${JSON.stringify(simulationDocument(report))}\n`);
  else output.out(`${simulationLines(report).map(printable).join('\n')}\n`);
  return allSeen ? EXIT.done : NOT_SEEN;
}

function keptPaths(
  { folder }: SimulationResult,
  scenario: Scenario,
  token: string,
): readonly string[] {
  return [folder, ...filesOf({ scenario, token })];
}

function ownHost(): SimulationHost {
  return {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    env: process.env,
    runtime: process.execPath,
    nowMs: () => performance.now(),
  };
}

/** Of the state folder, or of the operating system: no room, no right, no such file. `null` for what nobody expects. */
function expectedReason(error: unknown): string | null {
  const isExpected = error instanceof StateError || (error instanceof Error && 'syscall' in error);
  return isExpected ? error.message : null;
}
