import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_EXITED,
  MAX_NODES,
  type ProcessNode,
  ProcessTree,
  remember,
  userOf,
} from '../../../agent/context/process-tree.ts';
import type { Process, ProcessIdentity } from '../../../collectors/event.ts';
import { processOf } from '../../support/executions.ts';

const SECOND_US = 1_000_000;

const id = (pid: number, pidversion: number | null): ProcessIdentity => ({ pid, pidversion });

function proc(pid: number, pidversion: number | null, given: Partial<Process> = {}): Process {
  return processOf({ pid, pidversion, ...given });
}

/** A row of a process list, which began at that second. */
function row(pid: number, second: number | null, given: Partial<Process> = {}): Process {
  return proc(pid, null, { startUs: second === null ? null : second * SECOND_US, ...given });
}

/** A listed process that is current is newer than any version that is known. */
function versionOf(node: ProcessNode): number {
  return node.process.pidversion ?? Number.POSITIVE_INFINITY;
}

function secondOf({ process }: ProcessNode): number {
  return Math.floor((process.startUs ?? 0) / SECOND_US);
}

describe('the user of a process', () => {
  it.each([
    [501, 0, 501],
    [0, 501, 0],
    [null, 501, 501],
  ])('with login user %s and real user %i is %i', (auditUserId, realUserId, expected) => {
    expect(userOf(processOf({ auditUserId, realUserId }))).toBe(expected);
  });
});

describe('a fork', () => {
  it('gives a child that runs the same program in the same folder and session', () => {
    const tree = new ProcessTree();
    const { node: parent } = tree.meet(proc(10, 1));
    parent.chainId = 'chain';
    parent.workingDirectory = '/Users/maria';
    parent.program = { name: 'zsh', path: '/bin/zsh', module: null, isInterpreted: false };
    const child = tree.fork(parent, proc(11, 2));
    expect(child).toMatchObject({
      chainId: 'chain',
      workingDirectory: '/Users/maria',
      program: parent.program,
      exited: false,
    });
    expect(tree.parentOf(child)).toBe(parent);
    expect(tree.current(11)).toBe(child);
    expect(tree.current(10)).toBe(parent);
  });

  it('does not hand down what the parent opened, created, uploads or reads', () => {
    const tree = new ProcessTree();
    const { node: parent } = tree.meet(proc(10, 1));
    parent.created.set('/x', '/x');
    parent.opened.set('/x', 1);
    parent.redirects.set('/x', 'chain');
    const child = tree.fork(parent, proc(11, 2));
    expect([child.created.size, child.opened.size, child.redirects.size]).toEqual([0, 0, 0]);
    expect(child).toMatchObject({ upload: null, downstreamOf: null, inputs: [] });
  });

  it('that is reported after the first event of the child keeps what the child did', () => {
    const tree = new ProcessTree();
    const { node: parent } = tree.meet(proc(10, 1));
    const { node: early } = tree.meet(proc(11, 2, { parent: id(10, 1) }));
    early.created.set('/x', '/x');
    tree.fork(parent, proc(11, 2));
    expect(tree.get(id(11, 2))?.created.get('/x')).toBe('/x');
  });

  it('that is reported after the exec of the child does not become the current one', () => {
    const tree = new ProcessTree();
    const { node: parent } = tree.meet(proc(10, 1));
    const { node: execed } = tree.meet(proc(11, 3));
    tree.fork(parent, proc(11, 2));
    expect(tree.current(11)).toBe(execed);
  });
});

describe('an exec', () => {
  it('makes a new execution of the same pid with the parent, session and files of the old one', () => {
    const tree = new ProcessTree();
    const { node: shell } = tree.meet(proc(10, 1));
    const before = tree.fork(shell, proc(11, 2));
    before.chainId = 'chain';
    before.created.set('/x', '/x');
    before.opened.set('/y', 7);
    before.redirects.set('/z', 'chain');
    const after = tree.exec(before, proc(11, 3, { parent: id(1, 1) }));
    expect(tree.parentOf(after)).toBe(shell);
    expect(after.chainId).toBe('chain');
    expect([...after.created, ...after.opened, ...after.redirects]).toEqual([
      ['/x', '/x'],
      ['/y', 7],
      ['/z', 'chain'],
    ]);
    expect(after).toMatchObject({ program: null, upload: null, inputs: [] });
    expect(before.exited).toBe(true);
    expect(tree.current(11)).toBe(after);
    expect(tree.get(id(11, 2))).toBe(before);
  });

  it('keeps the files apart from then on', () => {
    const tree = new ProcessTree();
    const { node: before } = tree.meet(proc(11, 2));
    const after = tree.exec(before, proc(11, 3));
    after.created.set('/x', '/x');
    expect(before.created.size).toBe(0);
  });

  it('that leaves one session for none stays in it', () => {
    const tree = new ProcessTree();
    const { node: before } = tree.meet(proc(11, 2));
    before.chainId = 'chain';
    expect(tree.exec(before, proc(11, 3)).chainId).toBe('chain');
  });

  it('into a process with a responsible process of a session joins that session', () => {
    const tree = new ProcessTree();
    const { node: app } = tree.meet(proc(10, 1));
    app.chainId = 'chain';
    const { node: before } = tree.meet(proc(11, 2));
    expect(tree.exec(before, proc(11, 3, { responsible: id(10, 1) })).chainId).toBe('chain');
  });
});

describe('an exit', () => {
  it('frees the pid, and the process can still be asked for', () => {
    const tree = new ProcessTree();
    const { node } = tree.meet(proc(11, 2));
    tree.exit(node);
    tree.exit(node);
    expect(tree.current(11)).toBeNull();
    expect(tree.get(id(11, 2))).toBe(node);
    expect(tree.meet(proc(11, 2))).toEqual({ node, found: false });
    expect(tree.current(11)).toBeNull();
  });

  it('of an earlier execution leaves the later one alone', () => {
    const tree = new ProcessTree();
    const { node: before } = tree.meet(proc(11, 2));
    const after = tree.exec(before, proc(11, 3));
    tree.exit(before);
    expect(tree.current(11)).toBe(after);
  });

  it('leaves children with the session they were born into', () => {
    const tree = new ProcessTree();
    const { node: tool } = tree.meet(proc(10, 1));
    tool.chainId = 'chain';
    const child = tree.fork(tool, proc(11, 2));
    tree.exit(tool);
    expect(tree.fork(child, proc(12, 3)).chainId).toBe('chain');
    expect([...tree.lineOf(child)]).toEqual([child, tool]);
  });

  it('that is reported before its exec does not let the process live on', () => {
    const tree = new ProcessTree();
    const { node: before } = tree.meet(proc(11, 2));
    tree.exit(tree.meet(proc(11, 3)).node);
    tree.exec(before, proc(11, 3));
    expect(tree.current(11)).toBeNull();
  });
});

describe('a pid that is used again', () => {
  it('is the newer execution, whose parent and session are its own', () => {
    const tree = new ProcessTree();
    const { node: old } = tree.meet(proc(11, 2));
    old.chainId = 'chain';
    const { node, found } = tree.meet(proc(11, 90));
    expect(found).toBe(true);
    expect(node.chainId).toBeNull();
    expect(tree.current(11)).toBe(node);
    expect(tree.get(id(11, 2))).toBe(old);
  });

  it('ends the older execution, whose exit was missed', () => {
    const tree = new ProcessTree();
    const { node: older } = tree.meet(proc(70, 1));
    tree.meet(proc(70, 2));
    expect(older.exited).toBe(true);
    for (let version = 3; version <= MAX_EXITED + 100; version += 1) tree.meet(proc(70, version));
    expect(tree.size).toBe(MAX_EXITED + 1);
    expect(tree.evicted).toBe(0);
  });

  it('is not taken back by a late event of the older execution', () => {
    const tree = new ProcessTree();
    const { node: newer } = tree.meet(proc(11, 90));
    const { node: older, found } = tree.meet(proc(11, 2));
    expect(found).toBe(true);
    expect(older).not.toBe(newer);
    expect(tree.current(11)).toBe(newer);
  });

  it('is not taken back after the newer execution exited either', () => {
    const tree = new ProcessTree();
    tree.exit(tree.meet(proc(11, 90)).node);
    tree.meet(proc(11, 2));
    expect(tree.current(11)).toBeNull();
  });

  it('does not become the parent of the children of the older one', () => {
    const tree = new ProcessTree();
    const { node: old } = tree.meet(proc(11, 2));
    tree.exit(old);
    const { node: newer } = tree.meet(proc(11, 90));
    newer.chainId = 'chain';
    const { node: child } = tree.meet(proc(12, 3, { parent: id(11, 2) }));
    expect(tree.parentOf(child)).toBe(old);
    expect(child.chainId).toBeNull();
    const { node: orphan } = tree.meet(proc(13, 4, { parent: id(11, 1) }));
    expect(tree.parentOf(orphan)).toBeNull();
    expect(orphan.chainId).toBeNull();
  });
});

describe('a row of a process list', () => {
  it.each([
    [100, 100, true],
    [100, 101, true],
    [101, 100, true],
    [100, 102, false],
    [100, 200, false],
    [200, 100, true],
    [null, 100, true],
    [100, null, true],
  ])('of second %s and an event of second %s are one process: %s', (listed, evented, isOne) => {
    const tree = new ProcessTree();
    const { node: seen } = tree.see(row(11, listed));
    seen.chainId = 'chain';
    const startUs = evented === null ? null : evented * SECOND_US + 999_999;
    const { node, found } = tree.meet(proc(11, 5, { startUs, executable: '/opt/psql' }));
    expect(found).toBe(!isOne);
    expect(node.chainId).toBe(isOne ? 'chain' : null);
    expect(node.process.executable).toBe('/opt/psql');
    expect(tree.current(11)).toBe(node);
    expect(tree.size).toBe(isOne ? 1 : 2);
  });

  it('keeps what is known of the process when an event gives it its version', () => {
    const tree = new ProcessTree();
    const { node: seen } = tree.see(
      row(11, 100, { parent: id(10, null), realUserId: 0, auditUserId: null }),
    );
    seen.workingDirectory = '/Users/maria';
    seen.program = { name: 'psql', path: '/opt/psql', module: null, isInterpreted: false };
    const { node } = tree.meet(proc(11, 5, { startUs: 100 * SECOND_US }));
    expect(node).toMatchObject({ workingDirectory: '/Users/maria', program: { name: 'psql' } });
    expect(node.userId).toBe(501);
    expect(tree.get(id(11, 5))).toBe(node);
  });

  it('adds nothing to a process that events showed', () => {
    const tree = new ProcessTree();
    const { node } = tree.meet(proc(11, 5, { startUs: 100 * SECOND_US + 7 }));
    expect(tree.see(row(11, 100))).toEqual({ node, found: false });
    expect(tree.see(row(11, 101))).toEqual({ node, found: false });
    expect(tree.see(row(11, null))).toEqual({ node, found: false });
    expect(tree.size).toBe(1);
  });

  it('that began later is another process, and the one before has ended unseen', () => {
    const tree = new ProcessTree();
    const { node: before } = tree.meet(proc(11, 5, { startUs: 100 * SECOND_US }));
    const { node, found } = tree.see(row(11, 500));
    expect(found).toBe(true);
    expect(before.exited).toBe(true);
    expect(tree.current(11)).toBe(node);
  });

  it('seen again is the same process', () => {
    const tree = new ProcessTree();
    const { node } = tree.see(row(11, 100));
    expect(tree.see(row(11, 100))).toEqual({ node, found: false });
    expect(tree.see(row(11, 300)).node).not.toBe(node);
  });

  it('finds its parent by pid alone, also one that events named with a version', () => {
    const tree = new ProcessTree();
    const { node: parent } = tree.meet(proc(10, 4));
    parent.chainId = 'chain';
    const { node } = tree.see(row(11, 100, { parent: id(10, null) }));
    expect(tree.parentOf(node)).toBe(parent);
    expect(node.chainId).toBe('chain');
  });

  it('is the parent of a process whose event names it with a version', () => {
    const tree = new ProcessTree();
    const { node: parent } = tree.see(row(10, 100));
    parent.chainId = 'chain';
    const { node } = tree.meet(proc(11, 5, { parent: id(10, 4) }));
    expect(node.chainId).toBe('chain');
    expect(tree.parentOf(node)).toBe(parent);
  });

  it('stays the parent when it gets its version later', () => {
    const tree = new ProcessTree();
    tree.see(row(10, 100));
    const { node: child } = tree.see(row(11, 100, { parent: id(10, null) }));
    const { node: parent } = tree.meet(proc(10, 4, { startUs: 100 * SECOND_US }));
    expect(tree.parentOf(child)).toBe(parent);
  });
});

describe('the line of a process', () => {
  it('ends where a parent is not known', () => {
    const tree = new ProcessTree();
    const { node } = tree.meet(proc(11, 2, { parent: id(10, 1) }));
    expect(tree.parentOf(node)).toBeNull();
    expect([...tree.lineOf(node)]).toEqual([node]);
  });

  it('ends although processes claim to be their own parents', () => {
    const tree = new ProcessTree();
    const { node: self } = tree.meet(proc(11, 2, { parent: id(11, 2) }));
    expect(tree.parentOf(self)).toBeNull();
    const { node: a } = tree.meet(proc(20, 3, { parent: id(21, 4) }));
    tree.meet(proc(21, 4, { parent: id(20, 3) }));
    expect([...tree.lineOf(a)].length).toBeLessThanOrEqual(64);
  });

  it('is followed over 64 processes', () => {
    const tree = new ProcessTree();
    let { node } = tree.meet(proc(100, 1));
    for (let index = 2; index < 200; index += 1) node = tree.fork(node, proc(100 + index, index));
    expect([...tree.lineOf(node)]).toHaveLength(64);
  });

  it('does not hold dead parents in memory', () => {
    const tree = new ProcessTree();
    let { node } = tree.meet(proc(100, 1));
    for (let index = 2; index < 5000; index += 1) {
      const child = tree.fork(
        node,
        proc(100 + (index % 90), index, { parent: node.process.parent }),
      );
      tree.exit(node);
      node = child;
    }
    // All that the node holds of others, as text: a chain of references would be as long as the line.
    expect(JSON.stringify({ ...node, created: [], opened: [], redirects: [] }).length).toBeLessThan(
      5000,
    );
  });
});

describe('a responsible process', () => {
  it('brings its session to a process that has none from its parent', () => {
    const tree = new ProcessTree();
    const { node: app } = tree.meet(proc(10, 1));
    app.chainId = 'app';
    const { node: shell } = tree.meet(proc(20, 2));
    const given = { responsible: id(10, 1), parent: id(20, 2) };
    expect(tree.meet(proc(11, 3, given)).node.chainId).toBe('app');
    shell.chainId = 'shell';
    expect(tree.meet(proc(12, 4, given)).node.chainId).toBe('shell');
  });

  it('that is itself or unknown brings none', () => {
    const tree = new ProcessTree();
    expect(tree.meet(proc(11, 3, { responsible: id(11, 3) })).node.chainId).toBeNull();
    expect(tree.meet(proc(12, 4, { responsible: id(99, 9) })).node.chainId).toBeNull();
  });
});

describe('the bounds', () => {
  it('let those go first that exited, the longest exited before', () => {
    const tree = new ProcessTree();
    const { node: launchd } = tree.meet(proc(1, 1));
    for (let index = 0; index < MAX_EXITED + 10; index += 1)
      tree.exit(tree.fork(launchd, proc(100 + index, 10 + index)));
    tree.fork(launchd, proc(99, 9));
    expect(tree.size).toBe(MAX_EXITED + 2);
    expect(tree.get(id(109, 19))).toBeNull();
    expect(tree.get(id(110, 20))).not.toBeNull();
    expect(tree.current(1)).toBe(launchd);
    expect(tree.evicted).toBe(0);
  });

  it('hold when nothing exits: the oldest go and are counted', () => {
    const tree = new ProcessTree();
    for (let index = 0; index < MAX_NODES + 100; index += 1) tree.meet(proc(index, index + 1));
    expect(tree.size).toBe(MAX_NODES);
    expect(tree.evicted).toBe(100);
    expect(tree.current(99)).toBeNull();
    expect(tree.get(id(99, 100))).toBeNull();
    expect(tree.current(100)).not.toBeNull();
  });

  it('hold under any mixture of forks, execs and exits', () => {
    const tree = new ProcessTree();
    const live = [tree.meet(proc(1, 1)).node];
    // A mixture that is the same in every run: multiplication by a primitive root spreads the choices.
    for (let version = 2; version < 1.6 * MAX_NODES; version += 1) {
      const at = (version * 16_807) % live.length;
      const node = live[at]!;
      if (version % 5 === 0) live[at] = tree.exec(node, proc(node.process.pid, version));
      else live.push(tree.fork(node, proc(version, version)));
      if (version % 7 === 0) tree.exit(live.splice(-1)[0]!);
    }
    expect(live.length).toBeGreaterThan(MAX_NODES);
    expect(tree.size).toBeLessThanOrEqual(MAX_NODES);
    expect([...tree.nodes()]).toHaveLength(tree.size);
  });
});

describe('any order of events', () => {
  type Happening =
    | {
        readonly kind: 'fork' | 'exec' | 'exit' | 'met';
        readonly pid: number;
        readonly version: number;
        readonly second: number;
      }
    | { readonly kind: 'seen'; readonly pid: number; readonly second: number };

  const pid = fc.integer({ min: 1, max: 4 });
  const second = fc.integer({ min: 0, max: 30 });
  const happening: fc.Arbitrary<Happening> = fc.oneof(
    fc.record({
      kind: fc.constantFrom('fork', 'exec', 'exit', 'met'),
      pid,
      version: fc.integer({ min: 1, max: 20 }),
      second,
    }),
    fc.record({ kind: fc.constant('seen'), pid, second }),
  );

  /** As the engine does it for each kind of event. */
  function tell(tree: ProcessTree, at: Happening): void {
    if (at.kind === 'seen') {
      tree.see(row(at.pid, at.second));
      return;
    }
    const process = proc(at.pid, at.version, {
      startUs: at.second * SECOND_US,
      parent: id(1 + (at.pid % 4), at.version - 1),
    });
    if (at.kind === 'met') tree.meet(process);
    else if (at.kind === 'exit') tree.exit(tree.meet(process).node);
    else if (at.kind === 'fork') {
      const { startUs } = process;
      const parent = proc(1 + (at.pid % 4), at.version, { startUs });
      tree.fork(tree.meet(parent).node, process);
    } else {
      const before = proc(at.pid, at.version - 1, { startUs: (at.second - 1) * SECOND_US });
      tree.exec(tree.meet(before).node, process);
    }
  }

  /** Calls `look` with what the tree holds of each pid after each of the happenings. */
  function following(
    happenings: readonly Happening[],
    look: (current: ProcessNode, others: readonly ProcessNode[]) => void,
  ): void {
    const tree = new ProcessTree();
    for (const at of happenings) {
      tell(tree, at);
      for (const number of [1, 2, 3, 4]) {
        const current = tree.current(number);
        if (current)
          look(
            current,
            [...tree.nodes()].filter(({ process }) => process.pid === number),
          );
      }
    }
  }

  it('never throws, and the current process of a pid is one that is known and runs', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        following(happenings, (current, others) => {
          expect(current.exited).toBe(false);
          expect(others).toContain(current);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the newest execution since the last start of the Mac the current one of its pid', () => {
    const BOOT_SECONDS = 100;
    /** Any order within the time from one start to the next, in which a higher version began later. */
    const boots = fc.array(fc.array(happening, { maxLength: 20 }), { maxLength: 3 }).map((all) =>
      all.flatMap((happenings, boot) =>
        happenings.map((at) => ({
          ...at,
          second: boot * BOOT_SECONDS + (at.kind === 'seen' ? at.second : at.version),
        })),
      ),
    );
    const ageOf = (node: ProcessNode): number =>
      Math.floor(secondOf(node) / BOOT_SECONDS) * BOOT_SECONDS + Math.min(versionOf(node), 99);
    fc.assert(
      fc.property(boots, (happenings) => {
        following(happenings, (current, others) => {
          const versioned = others.filter(({ process }) => process.pidversion !== null);
          expect(ageOf(current)).toBeGreaterThanOrEqual(Math.max(0, ...versioned.map(ageOf)));
        });
      }),
      { numRuns: 300 },
    );
  });

  it('ends every line of parents', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const tree = new ProcessTree();
        for (const at of happenings) tell(tree, at);
        for (const node of tree.nodes())
          expect([...tree.lineOf(node)].length).toBeLessThanOrEqual(64);
      }),
    );
  });

  it('leaves a tree that the next run takes up as it is', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const tree = new ProcessTree();
        for (const at of happenings) tell(tree, at);
        const next = new ProcessTree();
        next.resume(tree.nodes());
        expect([...next.nodes()]).toEqual([...tree.nodes()]);
        for (const number of [1, 2, 3, 4]) expect(next.current(number)).toBe(tree.current(number));
      }),
      { numRuns: 300 },
    );
  });
});

describe('remembered paths', () => {
  it('are 32, and one that comes again is the newest', () => {
    const paths = new Map<string, number>();
    for (let index = 0; index < 32; index += 1) remember(paths, `/${index}`, index);
    remember(paths, '/0', 99);
    remember(paths, '/32', 32);
    expect(paths.size).toBe(32);
    expect(paths.get('/0')).toBe(99);
    expect(paths.has('/1')).toBe(false);
  });
});
