import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collected } from '../../support/collected.ts';
import { shuffled } from '../../support/json-text.ts';

/**
 * Lines that a real helper wrote, compared field by field with what `JSON.parse` reads in them. Inodes are turned into
 * text before that, because many are above 2^53.
 */
const SAMPLES = join(import.meta.dirname, '../../../../shared/data/es');
const isThere = existsSync(SAMPLES);

function samples(): string[] {
  return readdirSync(SAMPLES)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(SAMPLES, name), 'utf8').split('\n'))
    .filter((line) => line !== '');
}

type Tree = Readonly<Record<string, unknown>>;

function parse(line: string): Tree {
  return JSON.parse(line.replaceAll(/"st_ino":(\d+)/g, '"st_ino":"$1"')) as Tree;
}

/** The value at a path of keys; throws when a key is missing, so that a wrong path cannot pass as an absent field. */
function at(tree: unknown, path: string): unknown {
  let value = tree;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
      throw new Error(`${path}: no key ${key}`);
    value = (value as Tree)[key];
  }
  return value;
}

function microseconds(time: unknown): number {
  const [seconds = '', fraction = ''] = String(time).slice(0, -1).split('.');
  const us = BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.slice(0, 6));
  return Number(us);
}

function identityAt(tree: Tree, path: string): object {
  return { pid: at(tree, `${path}.pid`), pidversion: at(tree, `${path}.pidversion`) };
}

function processAt(tree: Tree, path: string): object {
  const auid = at(tree, `${path}.audit_token.auid`);
  const executable = at(tree, `${path}.executable.path`);
  return {
    ...identityAt(tree, `${path}.audit_token`),
    parent: identityAt(tree, `${path}.parent_audit_token`),
    responsible: identityAt(tree, `${path}.responsible_audit_token`),
    auditUserId: auid === 4_294_967_295 ? null : auid,
    realUserId: at(tree, `${path}.audit_token.ruid`),
    executable,
    name: String(executable).split('/').at(-1),
    signingId: at(tree, `${path}.signing_id`),
    teamId: at(tree, `${path}.team_id`),
    isPlatformBinary: at(tree, `${path}.is_platform_binary`),
    cdhash: at(tree, `${path}.cdhash`),
    startUs: microseconds(at(tree, `${path}.start_time`)),
  };
}

function stateAt(tree: Tree, path: string): object {
  return {
    inode: at(tree, `${path}.stat.st_ino`),
    size: at(tree, `${path}.stat.st_size`),
    ownerId: at(tree, `${path}.stat.st_uid`),
    modifiedUs: microseconds(at(tree, `${path}.stat.st_mtimespec`)),
  };
}

function expectedEvent(tree: Tree): object {
  const [name = ''] = Object.keys(at(tree, 'event') as Tree);
  const fields = FIELDS.get(name);
  if (!fields) throw new Error(`no expectation for ${name}: add it to FIELDS`);
  return {
    collector: 'endpoint-security',
    timeUs: microseconds(at(tree, 'time')),
    process: processAt(tree, 'process'),
    ...fields(tree),
  };
}

const FIELDS: ReadonlyMap<string, (tree: Tree) => object> = new Map<string, (tree: Tree) => object>(
  [
    [
      'exec',
      (tree) => ({
        kind: 'process.exec',
        process: processAt(tree, 'event.exec.target'),
        before: processAt(tree, 'process'),
        args: at(tree, 'event.exec.args'),
        workingDirectory: at(tree, 'event.exec.cwd.path'),
        script: at(tree, 'event.exec.script'),
        descriptors: (at(tree, 'event.exec.fds') as Tree[]).map(({ fd, fdtype }) => ({
          fd,
          kind: fdtype === 1 ? 'vnode' : fdtype,
          pipeId: null,
        })),
      }),
    ],
    ['fork', (tree) => ({ kind: 'process.fork', child: processAt(tree, 'event.fork.child') })],
    ['exit', (tree) => ({ kind: 'process.exit', status: at(tree, 'event.exit.stat') })],
    [
      'open',
      (tree) => ({
        kind: 'file.open',
        path: at(tree, 'event.open.file.path'),
        file: stateAt(tree, 'event.open.file'),
        flags: at(tree, 'event.open.fflag'),
      }),
    ],
    [
      'create',
      (tree) => ({
        kind: 'file.create',
        path: at(tree, 'event.create.destination.existing_file.path'),
        file: stateAt(tree, 'event.create.destination.existing_file'),
      }),
    ],
    [
      'rename',
      (tree) => ({
        kind: 'file.rename',
        sourcePath: at(tree, 'event.rename.source.path'),
        file: stateAt(tree, 'event.rename.source'),
        path: [
          at(tree, 'event.rename.destination.new_path.dir.path'),
          at(tree, 'event.rename.destination.new_path.filename'),
        ].join('/'),
      }),
    ],
    [
      'unlink',
      (tree) => ({
        kind: 'file.unlink',
        path: at(tree, 'event.unlink.target.path'),
        file: stateAt(tree, 'event.unlink.target'),
      }),
    ],
  ],
);

describe.skipIf(!isThere)(
  'lines of a real helper (runs only where ../shared/data/es is there)',
  () => {
    it('decode without the loss of any field of the vocabulary', () => {
      const lines = samples();
      const { records, lost } = collected(lines);
      expect(lost).toEqual([]);
      expect(records).toStrictEqual(
        lines.map((line) => {
          const tree = parse(line);
          return {
            collector: 'endpoint-security',
            timeUs: microseconds(at(tree, 'time')),
            sequence: at(tree, 'global_seq_num'),
            events: [expectedEvent(tree)],
            skipped: null,
            badRows: 0,
          };
        }),
      );
    });

    it('hold each of the events that were ever seen raw', () => {
      const kinds = collected(samples()).events.map((event) => event.kind);
      expect(new Set(kinds)).toEqual(
        new Set([
          'process.exec',
          'process.fork',
          'process.exit',
          'file.open',
          'file.create',
          'file.rename',
          'file.unlink',
        ]),
      );
    });

    it('decode alike with their keys in any order and with slashes written plainly', () => {
      fc.assert(
        fc.property(fc.constantFrom(...samples()), fc.nat(), (line, seed) => {
          const mixed = JSON.stringify(shuffled(parse(line), seed)).replaceAll(
            /"st_ino":"(\d+)"/g,
            '"st_ino":$1',
          );
          expect(collected([mixed])).toEqual(collected([line]));
        }),
      );
    });
  },
);
