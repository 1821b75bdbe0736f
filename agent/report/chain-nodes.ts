/**
 * The steps of a finding as a tree: the tool is the root, every path the data had is a node below the one it came from,
 * every exit a leaf.
 *
 * Invariant: a parent stands before its children in the list, so the tree has no cycle even when a file is renamed back.
 * Bound: `MAX_NODES`; steps above it are counted and stay in the timeline.
 */
import type { Finding, Step } from '../../rules/finding.ts';
import { fileName } from '../deliver/formats/ocsf-bounds.ts';
import { EVIDENCE_READINGS } from './evidence-text.ts';
import { folderOf } from './folder-of.ts';
import { stepWords } from './step-words.ts';

export const MAX_NODES = 60;

/** One place in the way of the data. `name` and `detail` hold text from outside. */
export interface ChainNode {
  readonly kind: 'tool' | 'file' | 'exit';
  readonly name: string;
  readonly detail: string;
  /** What brought the data here and who did it; holds text from outside. */
  readonly how: string;
  /** Index of the node the data came from, `null` for the tool. */
  readonly parent: number | null;
  readonly timeUs: number;
  /** The way here is a guess: tied by time alone, or weak evidence. */
  readonly isWeak: boolean;
  /** Further steps that say the same of the same place. */
  readonly repeats: number;
}

export interface ChainNodes {
  readonly nodes: readonly ChainNode[];
  /** Steps that have no node because of the bound. */
  readonly left: number;
}

export function chainNodesOf(finding: Finding): ChainNodes {
  const nodes: ChainNode[] = [rootOf(finding)];
  const places = new Map<string, number>();
  const exits = new Map<string, number>();
  let newest = 0;
  let left = 0;
  const add = (node: ChainNode): number | null => {
    if (nodes.length >= MAX_NODES) {
      left += 1;
      return null;
    }
    return nodes.push(node) - 1;
  };
  const again = (index: number): void => {
    const node = nodes[index];
    if (node) nodes[index] = { ...node, repeats: node.repeats + 1 };
  };

  for (const step of finding.steps) {
    if (step.action === 'tool-started' || step.action === 'tool-repeated') continue;
    const { path, sourcePath } = step;
    const known = path === null ? undefined : places.get(path);
    if (step.evidence !== null || path === null) {
      const parent = known ?? newest;
      const key = JSON.stringify([parent, step.evidence, step.service, step.destination]);
      const before = exits.get(key);
      if (before !== undefined) again(before);
      else {
        const index = add(exitOf(step, parent));
        if (index !== null) exits.set(key, index);
      }
      continue;
    }
    const source = sourcePath === null ? undefined : places.get(sourcePath);
    const isSame = known !== undefined && (source === undefined || nodes[known]?.parent === source);
    if (isSame) {
      again(known);
      continue;
    }
    const index = add(fileOf(step, path, source ?? 0));
    if (index === null) continue;
    places.set(path, index);
    newest = index;
  }
  return { nodes, left };
}

function rootOf(finding: Finding): ChainNode {
  const start = finding.steps.find((step) => step.action === 'tool-started') ?? null;
  return {
    kind: 'tool',
    name: finding.tool,
    detail: start?.process?.executable ?? '',
    how: `started by ${finding.user ?? `uid ${finding.uid}`}`,
    parent: null,
    timeUs: start?.timeUs ?? finding.firstUs,
    isWeak: false,
    repeats: Math.max(finding.count - 1, 0),
  };
}

function fileOf(step: Step, path: string, parent: number): ChainNode {
  return {
    kind: 'file',
    name: fileName(path),
    detail: folderOf(path),
    how: howOf(step),
    parent,
    timeUs: step.timeUs,
    isWeak: step.link === 'temporal',
    repeats: 0,
  };
}

function exitOf(step: Step, parent: number): ChainNode {
  const peer = step.connection?.peerName ?? step.connection?.peerAddress ?? null;
  const name = step.service ?? step.destination ?? peer ?? 'unknown service';
  return {
    kind: 'exit',
    name,
    detail: step.destination !== null && step.destination !== name ? step.destination : '',
    how: howOf(step),
    parent,
    timeUs: step.timeUs,
    isWeak:
      step.link === 'temporal' ||
      (step.evidence !== null && EVIDENCE_READINGS[step.evidence].certainty === 'weak'),
    repeats: 0,
  };
}

function howOf(step: Step): string {
  const words = stepWords(step);
  return step.process === null ? words : `${words} by ${step.process.name}`;
}
