/**
 * Which of the chains' files a program's output is made of, when the program is nobody's session: copies, archives and
 * conversions. What an event cannot say (clone, copyfile, link and rename name their source) is taken from the
 * program's arguments and from the files it opened.
 */
import type { ProcessExec } from '../../collectors/event.ts';
import { splitCommandLine } from './command-line.ts';
import type { Facts, Moment } from './facts.ts';
import type { TrackedFile } from './lineage.ts';
import { baseName, resolvePath } from './paths.ts';
import type { Downstream, NamedInput, ProcessNode } from './process-tree.ts';
import type { Program } from './program.ts';
import type { FileToolKind } from './program-kinds.ts';

/** Most arguments that are looked at as names of files, and most files that are remembered of them. */
const MAX_OPERANDS = 512;
const MAX_INPUTS = 256;

const KINDS = ['copier', 'archiver', 'converter'] as const satisfies readonly FileToolKind[];

export interface Derivation {
  readonly sources: readonly TrackedFile[];
  readonly by: FileToolKind;
}

/**
 * Tracked files that a file tool's arguments name at its start, alone or with their folder, against the working directory
 * and any `-C DIR`; before them those that it had already when it started itself anew. Empty for every other program.
 */
export function namedInputs(
  facts: Facts,
  node: ProcessNode,
  program: Program,
  at: Moment,
  earlier: readonly NamedInput[] = [],
): readonly NamedInput[] {
  const tools = KINDS.flatMap((kind) => facts.kinds.fileTool(node.process, program, kind) ?? []);
  if (tools.length === 0) return [];
  const args = program.args.slice(0, MAX_OPERANDS);
  const folders = [node.workingDirectory, ...changedFolders(args, node.workingDirectory)];
  const valueOptions = new Set(tools.flatMap((tool) => tool.valueOptions));
  const operands = splitCommandLine(args, valueOptions).operands.filter(isName);
  const extracts = isExtraction(program);
  const found = new Map(earlier.map((input) => [input.key, input] as const));
  const names = args.flatMap(namesIn);
  const paths = new Set(
    names.flatMap((name) => folders.flatMap((folder) => resolvePath(name, folder) ?? [])),
  );
  for (const path of paths) {
    for (const { key } of facts.lineage.at(path, at.clockUs)) {
      const isInFolder = key !== facts.lineage.keyOf(path);
      if (isInFolder && extracts) continue;
      if (!found.has(key) || !isInFolder)
        found.set(key, { key, isInFolder, isOnlySource: !isInFolder && operands.length <= 2 });
    }
  }
  return [...found.values()].slice(-MAX_INPUTS);
}

/** Sources of what `node` writes to `path`; `null` when it is no file tool or nothing tracked goes in. */
export function derivationOf(
  facts: Facts,
  node: ProcessNode,
  path: string,
  at: Moment,
): Derivation | null {
  for (const by of KINDS) {
    if (!facts.kinds.fileTool(node.process, node.program, by)) continue;
    const target = facts.lineage.keyOf(path);
    const keys =
      by === 'copier'
        ? node.inputs.filter((input) => isCopyOf(input, target)).map(({ key }) => key)
        : [...node.inputs.map(({ key }) => key), ...openedLately(facts, node, at)];
    const sources = keys
      .filter((key) => key !== target)
      .flatMap((key) => facts.lineage.find(key, at.clockUs) ?? []);
    if (sources.length > 0) return { sources, by };
  }
  return copiedByFinder(facts, node, path, at);
}

/** Between opening the one file and making the other, at most. */
const FINDER_COPIES_US = 10_000_000;

/** To another volume the Finder copies by opening a file and writing one of the same name (es-format page: else it clones). */
function copiedByFinder(
  facts: Facts,
  node: ProcessNode,
  path: string,
  at: Moment,
): Derivation | null {
  if (facts.kinds.reader(node.process)?.class !== 'finder') return null;
  const target = facts.lineage.keyOf(path);
  const sources = [...node.opened]
    .filter(([key]) => key !== target)
    .filter(([, clockUs]) => facts.time.between(clockUs, at.clockUs) <= FINDER_COPIES_US)
    .filter(([key]) => baseName(key) === baseName(target))
    .flatMap(([key]) => facts.lineage.find(key, at.clockUs) ?? []);
  return sources.length > 0 ? { sources, by: 'copier' } : null;
}

/** An app archives one thing after the other: what it opened an hour ago is not part of what it writes now. */
const APP_FORGETS_US = 3_600_000_000;

function openedLately(
  { time }: Facts,
  { process, opened }: ProcessNode,
  at: Moment,
): readonly string[] {
  const isApp = process.executable.includes('.app/');
  return [...opened]
    .filter(([, clockUs]) => !isApp || time.between(clockUs, at.clockUs) <= APP_FORGETS_US)
    .map(([key]) => key);
}

/** An archive is taken apart: the folder that is named is where its content goes to. */
function isExtraction({ name, args }: Program): boolean {
  const [mode = ''] = args;
  if (name === 'unzip' || name === 'unar' || name === 'unrar') return true;
  if (/^7z+[ar]?$/.test(name)) return mode === 'x' || mode === 'e';
  if (name === 'ditto') return args.some((arg) => /^-[a-z]*x[a-z]*$/i.test(arg));
  if (!/^(?:bsd|g)?tar$/.test(name)) return false;
  return /^-?[a-zA-Z]*x/.test(mode) || args.includes('-x') || args.includes('--extract');
}

/** The file that a shell opened for the program's standard input (`curl -T - URL < export.csv`) before it became the program. */
export function redirectedInput(
  facts: Facts,
  exec: ProcessExec,
  node: ProcessNode,
  at: Moment,
): Downstream | null {
  if (!exec.descriptors.some(({ fd, kind }) => fd === 0 && kind === 'vnode')) return null;
  const key = [...node.opened.keys()].at(-1);
  const file = key === undefined ? null : facts.lineage.find(key, at.clockUs);
  return file && downstreamOf([file]);
}

/** The data that a file tool (`gzip -c export.csv`, `cat export.csv`) passes on through its standard output. */
export function passedOn(facts: Facts, node: ProcessNode, at: Moment): Downstream | null {
  return downstreamOf(node.inputs.flatMap(({ key }) => facts.lineage.find(key, at.clockUs) ?? []));
}

function downstreamOf(files: readonly TrackedFile[]): Downstream | null {
  const ties = files.flatMap((file) => file.ties);
  const best = ties.find((tie) => tie.link === 'lineage') ?? ties[0];
  return best ? { chainId: best.chainId, link: best.link, places: best.trail } : null;
}

/**
 * A copy keeps the name of its source, unless one single file was copied to a name of its own. rsync writes to
 * `.NAME.XXXXXX` first.
 */
function isCopyOf(input: NamedInput, key: string): boolean {
  const name = baseName(input.key);
  const target = baseName(key);
  const isTemporary =
    target.startsWith(`.${name}.`) && /^[a-z0-9]{6,}$/.test(target.slice(name.length + 2));
  return input.isOnlySource || target === name || isTemporary;
}

/** Modes and sizes (`install -m 644`, `dd bs=1m`) are no names. */
function isName(arg: string): boolean {
  return !/^\d+$/.test(arg) && !/^(?!if=|of=)[a-z]+=/.test(arg);
}

/** An argument as a path, and the value of `--option=path` or `key=path` (`if=…` of dd). */
function namesIn(word: string): readonly string[] {
  const equals = word.indexOf('=');
  const value = equals === -1 ? [] : [word.slice(equals + 1)];
  return word.startsWith('-') ? value : [word, ...value];
}

const CHANGE_FOLDER = new Set(['-C', '--directory', '--cd']);

function changedFolders(args: readonly string[], workingDirectory: string | null): string[] {
  return args.flatMap((arg, index) => {
    const name = CHANGE_FOLDER.has(arg)
      ? args[index + 1]
      : /^(?:-C|--directory=|--cd=)(.+)$/.exec(arg)?.[1];
    return name === undefined ? [] : (resolvePath(name, workingDirectory) ?? []);
  });
}
