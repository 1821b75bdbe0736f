import type { DatabaseTool } from '../../rules/catalogue/catalogue.ts';
import { FIRST_USER_ID } from './accounts.ts';
import { stageOf } from './chain.ts';
import { type Facts, type Moment, type Movement, step } from './facts.ts';
import type { RefusalReason } from './misses.ts';
import { type ProcessNode, remember } from './process-tree.ts';
import { isInterpreter, type Program } from './program.ts';

/**
 * A process started, or was found running: when it is a database tool of a user and not part of another tool's session,
 * its run opens a chain or joins one. The process and all that descends from it then belong to the chain.
 */
export function beginSession(
  facts: Facts,
  node: ProcessNode,
  program: Program,
  start: Moment,
): readonly Movement[] {
  const tool = facts.databaseTools.rowOf(node.process, program);
  if (!tool) return [];
  const reason = refusalOf(facts, node, program);
  if (reason !== null) {
    const { executable } = node.process;
    const { userId } = node;
    if (reason === 'service-account') logRun(facts, node, tool, start);
    facts.refusals.add({ reason, timeUs: start.timeUs, userId, tool: tool.name, executable });
    return [];
  }
  const { pid, pidversion } = node.process;
  const { chain, isRepeat } = facts.chains.start({
    userId: node.userId,
    tool: tool.name,
    toolKind: tool.kind,
    startUs: start.timeUs,
    startClockUs: start.clockUs,
    execution: pidversion === null ? String(pid) : `${pid}.${pidversion}`,
  });
  node.chainId = chain.id;
  logRun(facts, node, tool, start);
  return [
    {
      chain,
      stage: stageOf(chain),
      link: null,
      evidence: null,
      service: null,
      destination: null,
      step: step(start, isRepeat ? 'tool-repeated' : 'tool-started', node),
      places: [],
    },
  ];
}

function logRun(facts: Facts, { userId }: ProcessNode, tool: DatabaseTool, start: Moment): void {
  const { role, source } = facts.accounts.roleOf(userId);
  facts.runs.add({
    userId,
    user: facts.accounts.nameOf(userId),
    tool: tool.name,
    toolKind: tool.kind,
    role,
    roleSource: source,
    timeUs: start.timeUs,
  });
}

/** Why a database tool's run opens no chain; `null` when it does. */
function refusalOf(facts: Facts, node: ProcessNode, program: Program): RefusalReason | null {
  if (node.chainId !== null) return 'inside-another-session';
  if (!facts.databaseTools.identify(node.process, program)) return 'information-run';
  return node.userId < FIRST_USER_ID ? 'service-account' : null;
}

/**
 * Files that a shell, script or `sudo` above the tool made before the tool started are where its output may be redirected
 * to: when one of them, or the tool, closes such a file changed, the file belongs to the session.
 */
export function expectRedirection(facts: Facts, tool: ProcessNode, chainId: string): void {
  for (const ancestor of facts.tree.lineOf(tool)) {
    if (!passesOutputOn(ancestor)) continue;
    for (const key of ancestor.created.keys()) remember(ancestor.redirects, key, chainId);
  }
}

/** Apps and launchd start programs, but do not lend them their output; Python on macOS lies in an app and is none. */
function passesOutputOn(node: ProcessNode): boolean {
  const { pid, executable, name } = node.process;
  return pid !== 1 && (isInterpreter(name) || !executable.includes('.app/'));
}
