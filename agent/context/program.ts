import type { ProcessExec } from '../../collectors/event.ts';
import { baseName } from './paths.ts';

/** What really runs: the executable, or the script or module that an interpreter was started for. */
export interface Program {
  /** Base name without a script's ending: `aws` for `python3 /opt/homebrew/bin/aws`. */
  readonly name: string;
  readonly path: string;
  /** Python module for `python -m MODULE`, else `null`. */
  readonly module: string | null;
  /** Arguments of the program itself, without its own name. */
  readonly args: readonly string[];
  /** The program is a script, so the signature of the executable says nothing about it. */
  readonly isInterpreted: boolean;
}

/** Most arguments and characters that are kept of one execution; the rest is cut off. */
const MAX_ARGUMENTS = 2048;
const MAX_CHARACTERS = 256 * 1024;

/** How an interpreter is told what to run. Letters are those of short options. */
interface Interpreter {
  readonly names: RegExp;
  /** Options whose value is the next argument, or joined to the option. */
  readonly values: readonly string[];
  /** Options after which code follows in the arguments: there is no script. */
  readonly code: string;
  readonly longCode?: readonly string[];
  readonly hasModules: boolean;
}

const INTERPRETERS: readonly Interpreter[] = [
  {
    names: /^python(?:w|\d+(?:\.\d+)*)?$/i,
    values: ['-W', '-X', '--check-hash-based-pycs'],
    code: 'c',
    hasModules: true,
  },
  {
    names: /^(?:bash|sh|zsh|dash|ksh)$/,
    values: ['-o', '+o', '-O', '+O', '--rcfile', '--init-file', '--emulate'],
    code: 'cs',
    hasModules: false,
  },
  {
    names: /^node\d*$/,
    values: ['-r', '--require', '--import', '--loader', '--env-file', '-C', '--conditions'],
    code: 'epi',
    longCode: ['--eval', '--print'],
    hasModules: false,
  },
  {
    names: /^ruby(?:\d+(?:\.\d+)*)?$/,
    values: ['-r', '-I', '-C', '-E'],
    code: 'e',
    hasModules: false,
  },
  {
    names: /^perl(?:\d+(?:\.\d+)*)?$/,
    values: ['-I', '-M', '-m'],
    code: 'eE',
    hasModules: false,
  },
  { names: /^php(?:\d+(?:\.\d+)*)?$/, values: ['-d', '-c', '-z'], code: 'rBRE', hasModules: false },
];

/** Whether the base name of an executable is that of an interpreter of scripts. */
export function isInterpreter(name: string): boolean {
  return INTERPRETERS.some(({ names }) => names.test(name));
}

const SCRIPT_ENDING = /\.(?:py|rb|js|mjs|cjs|pl|sh|zsh|bash|php)$/i;

/** Sees through an interpreter to the script (`script` of the exec, or the first operand) or the module it runs. */
export function programOf(exec: ProcessExec): Program {
  const { executable, name } = exec.process;
  return seenThrough(name, executable, exec.script, bounded(exec.args));
}

/** A program known only by a command line; splitting at blanks is a guess and good enough to tell options from words. */
export function programOfCommandLine(
  name: string,
  executable: string,
  commandLine: string,
): Program {
  const rest = commandLine.startsWith(executable)
    ? commandLine.slice(executable.length)
    : commandLine.slice(commandLine.split(' ', 1)[0]?.length ?? 0);
  const words = rest.split(' ').filter((word) => word !== '');
  return seenThrough(name, executable, null, bounded([name, ...words]));
}

function seenThrough(
  name: string,
  path: string,
  startedScript: string | null,
  args: readonly string[],
): Program {
  const interpreter = INTERPRETERS.find(({ names }) => names.test(name));
  const interpreted =
    interpreter &&
    (startedScript === null ? interpretedBy(interpreter, args) : scriptAt(args, startedScript));
  return interpreted ?? { name, path, module: null, args: args.slice(1), isInterpreted: false };
}

/** Behind the interpreter and its options, or in the place of the interpreter's own name. */
function scriptAt(args: readonly string[], path: string): Program {
  const at = args.findIndex((arg) => baseName(arg) === baseName(path));
  return script(path, at === -1 ? args.slice(2) : args.slice(at + 1));
}

/** The first operand, or the module of `-m`; `null` when code stands in the arguments or nothing is named. */
function interpretedBy(interpreter: Interpreter, args: readonly string[]): Program | null {
  const { values, code, hasModules } = interpreter;
  for (let index = 1; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const isOption = /^[-+]./.test(arg);
    if (!isOption) return arg === '-' ? null : script(arg, args.slice(index + 1));
    if (arg === '--') return operand(args, index + 1);
    if (interpreter.longCode?.includes(arg)) return null;
    const letters = arg.startsWith('-') && !arg.startsWith('--') ? arg.slice(1) : '';
    const moduleAt = hasModules ? letters.indexOf('m') : -1;
    const before = moduleAt === -1 ? letters : letters.slice(0, moduleAt);
    const takesRest = values.find(
      (value) => value.length === 2 && before.startsWith(value.slice(1)),
    );
    if (takesRest === undefined && before.split('').some((letter) => code.includes(letter)))
      return null;
    if (moduleAt !== -1 && takesRest === undefined)
      return moduleOf(letters.slice(moduleAt + 1), args, index);
    if (values.includes(arg)) index += 1;
  }
  return null;
}

function operand(args: readonly string[], index: number): Program | null {
  const arg = args[index];
  return arg === undefined ? null : script(arg, args.slice(index + 1));
}

/** `-mMODULE`, or `-m MODULE`. */
function moduleOf(joined: string, args: readonly string[], index: number): Program | null {
  const isJoined = joined !== '';
  const name = isJoined ? joined : args[index + 1];
  if (name === undefined) return null;
  const rest = args.slice(index + (isJoined ? 1 : 2));
  return { name, path: name, module: name, args: rest, isInterpreted: true };
}

function script(path: string, args: readonly string[]): Program {
  const name = baseName(path).replace(SCRIPT_ENDING, '');
  return { name, path, module: null, args, isInterpreted: true };
}

function bounded(args: readonly string[]): readonly string[] {
  let characters = 0;
  const end = args.findIndex((arg, index) => {
    characters += arg.length;
    return index >= MAX_ARGUMENTS || characters > MAX_CHARACTERS;
  });
  return end === -1 ? args : args.slice(0, end);
}
