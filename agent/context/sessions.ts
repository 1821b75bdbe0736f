import { FIRST_USER_ID } from './accounts.ts';
import { type Chain, stageOf } from './chain.ts';
import { type Facts, type Moment, type Movement, step } from './facts.ts';
import { type ProcessNode, remember } from './process-tree.ts';
import type { Program } from './program.ts';

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
  if (node.chainId !== null || node.userId < FIRST_USER_ID) return [];
  const tool = facts.databaseTools.identify(node.process, program);
  if (!tool) return [];
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

/**
 * Files that a shell, script or `sudo` above the tool made before the tool started are where its output may be redirected
 * to: when one of them, or the tool, closes such a file changed, the file belongs to the session.
 */
export function expectRedirection(facts: Facts, tool: ProcessNode, chain: Chain): void {
  for (const ancestor of facts.tree.lineOf(tool)) {
    if (!passesOutputOn(ancestor)) continue;
    for (const key of ancestor.created.keys()) remember(ancestor.redirects, key, chain.id);
  }
}

/** Apps and launchd start programs, but do not lend them their output. */
function passesOutputOn(node: ProcessNode): boolean {
  return node.process.pid !== 1 && !node.process.executable.includes('.app/');
}
