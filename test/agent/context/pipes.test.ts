import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PIPES, Pipes } from '../../../agent/context/pipes.ts';
import { type ProcessNode, ProcessTree } from '../../../agent/context/process-tree.ts';
import type { FileDescriptor, ProcessExec } from '../../../collectors/event.ts';
import { execOf, processOf } from '../../support/executions.ts';

const SESSION = { chainId: 'chain', link: 'pipe', places: [] } as const;

interface Member {
  readonly node: ProcessNode;
  readonly exec: ProcessExec;
}

/** A process with the given pipes as its input and output; a number is a pipe, `null` something else. */
function member(
  tree: ProcessTree,
  pid: number,
  input: string | null,
  output: string | null,
): Member {
  const { node } = tree.meet(processOf({ pid, pidversion: pid }));
  const descriptors = [end(0, input), end(1, output), end(2, 'errors'), end(3, 'other')];
  return { node, exec: execOf(['/opt/tool'], { process: node.process, descriptors }) };
}

function end(fd: number, pipeId: string | null): FileDescriptor {
  return { fd, kind: pipeId === null ? 'vnode' : 'pipe', pipeId };
}

/** What the engine does with a member of a pipeline at its exec. */
function start(pipes: Pipes, { node, exec }: Member): readonly ProcessNode[] {
  pipes.connect(node, exec, 0);
  if (node.chainId === null) node.downstreamOf = pipes.sourceOf(exec, node);
  return pipes.spread(node);
}

/** Members of `a | b | c …` with pipes p0, p1 …; the first is the session's. */
function pipeline(length: number): readonly Member[] {
  const tree = new ProcessTree();
  const members = Array.from({ length }, (_, index) =>
    member(
      tree,
      index + 1,
      index === 0 ? null : `p${index - 1}`,
      index === length - 1 ? null : `p${index}`,
    ),
  );
  members[0]!.node.chainId = 'chain';
  return members;
}

describe('a pipe', () => {
  it('carries the data of a session to its reader, and from there on', () => {
    const [tool, middle, last] = pipeline(3) as [Member, Member, Member];
    const pipes = new Pipes();
    expect(start(pipes, tool)).toEqual([]);
    start(pipes, middle);
    start(pipes, last);
    expect(middle.node.downstreamOf).toEqual(SESSION);
    expect(last.node.downstreamOf).toEqual(SESSION);
    expect(tool.node.downstreamOf).toBeNull();
  });

  it('names the readers that a later writer reaches, each once', () => {
    const [tool, middle, last] = pipeline(3) as [Member, Member, Member];
    const pipes = new Pipes();
    expect(start(pipes, last)).toEqual([]);
    expect(start(pipes, middle)).toEqual([]);
    expect(start(pipes, tool)).toEqual([middle.node, last.node]);
    expect(pipes.spread(tool.node)).toEqual([]);
  });

  it('reaches the same processes in whatever order they are executed', () => {
    const orders = fc.integer({ min: 2, max: 7 }).chain((length) =>
      fc.shuffledSubarray(
        Array.from({ length }, (_, index) => index),
        { minLength: length, maxLength: length },
      ),
    );
    fc.assert(
      fc.property(orders, (order) => {
        const members = pipeline(order.length);
        const pipes = new Pipes();
        for (const index of order) start(pipes, members[index]!);
        for (const { node } of members.slice(1)) expect(node.downstreamOf).toEqual(SESSION);
      }),
    );
  });

  it('carries nothing when no member belongs to a session', () => {
    const members = pipeline(3);
    members[0]!.node.chainId = null;
    const pipes = new Pipes();
    for (const one of members) start(pipes, one);
    expect(members.map(({ node }) => node.downstreamOf)).toEqual([null, null, null]);
  });

  it('does not carry data back to its writers', () => {
    const [first, session, last] = pipeline(3) as [Member, Member, Member];
    first.node.chainId = null;
    session.node.chainId = 'chain';
    const pipes = new Pipes();
    for (const one of [last, session, first]) start(pipes, one);
    expect(first.node.downstreamOf).toBeNull();
    expect(last.node.downstreamOf).toEqual(SESSION);
  });

  it('is its output and input only, not the descriptors above', () => {
    const tree = new ProcessTree();
    const tool = member(tree, 1, null, null);
    tool.node.chainId = 'chain';
    const reader = member(tree, 2, 'errors', null);
    const other = member(tree, 3, 'other', null);
    const pipes = new Pipes();
    for (const one of [tool, reader, other]) start(pipes, one);
    expect([reader.node.downstreamOf, other.node.downstreamOf]).toEqual([null, null]);
  });

  it('of another id carries nothing', () => {
    const tree = new ProcessTree();
    const tool = member(tree, 1, null, 'p1');
    tool.node.chainId = 'chain';
    const reader = member(tree, 2, 'p11', null);
    const pipes = new Pipes();
    for (const one of [tool, reader]) start(pipes, one);
    expect(reader.node.downstreamOf).toBeNull();
  });

  it('leaves a reader that belongs to a session itself alone', () => {
    const [tool, reader] = pipeline(2) as [Member, Member];
    reader.node.chainId = 'other';
    const pipes = new Pipes();
    for (const one of [reader, tool]) start(pipes, one);
    expect(reader.node.downstreamOf).toBeNull();
  });

  it('carries what its first reader passes on to two readers', () => {
    const tree = new ProcessTree();
    const tool = member(tree, 1, null, 'p0');
    tool.node.chainId = 'chain';
    const readers = [
      member(tree, 2, 'p0', null),
      member(tree, 3, 'p0', 'p1'),
      member(tree, 4, 'p1', null),
    ];
    const pipes = new Pipes();
    for (const one of [...readers, tool]) start(pipes, one);
    expect(readers.map(({ node }) => node.downstreamOf)).toEqual([SESSION, SESSION, SESSION]);
  });

  it('from a process to itself ends, as does a ring', () => {
    const tree = new ProcessTree();
    const self = member(tree, 1, 'p', 'p');
    const a = member(tree, 2, 'r1', 'r2');
    const b = member(tree, 3, 'r2', 'r1');
    a.node.chainId = 'chain';
    const pipes = new Pipes();
    for (const one of [self, b, a]) start(pipes, one);
    expect(self.node.downstreamOf).toBeNull();
    expect(b.node.downstreamOf).toEqual(SESSION);
  });

  it('carries on what a program reads from a file of the chain', () => {
    const [cat, last] = pipeline(2) as [Member, Member];
    cat.node.chainId = null;
    const passesOn = {
      chainId: 'chain',
      link: 'lineage',
      places: [{ path: '/x.csv', clockUs: 1 }],
    } as const;
    cat.node.passesOn = passesOn;
    const pipes = new Pipes();
    for (const one of [last, cat]) start(pipes, one);
    expect(last.node.downstreamOf).toEqual(passesOn);
  });

  it('is forgotten when 4096 others came after it', () => {
    const tree = new ProcessTree();
    const pipes = new Pipes();
    const tool = member(tree, 1, null, 'p0');
    tool.node.chainId = 'chain';
    const kept = member(tree, 2, null, 'p1');
    kept.node.chainId = 'chain';
    for (const one of [tool, kept]) start(pipes, one);
    for (let index = 2; index <= MAX_PIPES; index += 1)
      start(pipes, member(tree, 3, null, `p${index}`));
    expect(pipes.state()).toHaveLength(4096);
    const [late, later] = [member(tree, 4, 'p0', null), member(tree, 5, 'p1', null)];
    expect(pipes.sourceOf(late.exec, late.node)).toBeNull();
    expect(pipes.sourceOf(later.exec, later.node)).toEqual(SESSION);
  });

  it('keeps 64 of its readers', () => {
    const tree = new ProcessTree();
    const pipes = new Pipes();
    for (let index = 0; index < 100; index += 1) start(pipes, member(tree, index + 10, 'p', null));
    expect(pipes.state().map(([, { readers }]) => readers.length)).toEqual([64]);
  });

  it('keeps its writer although many read it', () => {
    const tree = new ProcessTree();
    const pipes = new Pipes();
    const tool = member(tree, 1, null, 'p');
    tool.node.chainId = 'chain';
    start(pipes, tool);
    for (let index = 0; index < 100; index += 1) start(pipes, member(tree, index + 10, 'p', null));
    const late = member(tree, 500, 'p', null);
    start(pipes, late);
    expect(late.node.downstreamOf).toEqual(SESSION);
  });

  it('is known in the next run with both ends', () => {
    const [tool, middle, last] = pipeline(3) as [Member, Member, Member];
    const pipes = new Pipes();
    for (const one of [middle, last]) start(pipes, one);
    const next = new Pipes();
    for (const [id, { writers, readers }] of pipes.state()) next.resume(id, writers, readers, 0);
    expect(start(next, tool)).toEqual([middle.node, last.node]);
  });
});
