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

const INTERPRETER =
  /^(?:python|ruby|node|perl|bash|sh|zsh|dash|ksh|php|osascript)(?:w|\d+(?:\.\d+)*)?$/i;
const SCRIPT_ENDING = /\.(?:py|rb|js|mjs|pl|sh|zsh|bash)$/i;
/** Options of interpreters that take the next argument. */
const VALUE_OPTIONS = new Set(['-W', '-X', '-r', '--require', '--import', '-I', '-O', '-o']);

/** Sees through an interpreter to the script (`script` of the exec, or the first operand) or the module it runs. */
export function programOf(exec: ProcessExec): Program {
  const { executable, name } = exec.process;
  const args = bounded(exec.args);
  if (INTERPRETER.test(name)) {
    const started = exec.script === null ? null : scriptAt(args, exec.script);
    const interpreted = started ?? interpretedBy(args);
    if (interpreted) return interpreted;
  }
  return { name, path: executable, module: null, args: args.slice(1), isInterpreted: false };
}

/** A program known only by a command line; splitting at blanks is a guess and good enough to tell options from words. */
export function programOfCommandLine(
  name: string,
  executable: string,
  commandLine: string,
): Program {
  const words = commandLine.startsWith(executable)
    ? commandLine.slice(executable.length)
    : commandLine.slice(commandLine.split(' ', 1)[0]?.length ?? 0);
  const args = bounded(words.split(' ').filter((word) => word !== ''));
  return { name, path: executable, module: null, args, isInterpreted: false };
}

function scriptAt(args: readonly string[], path: string): Program {
  const at = args.findIndex((arg, index) => index > 0 && baseName(arg) === baseName(path));
  return script(path, at === -1 ? args.slice(2) : args.slice(at + 1));
}

function interpretedBy(args: readonly string[]): Program | null {
  for (let index = 1; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '-c' || arg === '-e') return null;
    if (arg === '-m') {
      const module = args[index + 1];
      if (module === undefined) return null;
      const rest = args.slice(index + 2);
      return { name: module, path: module, module, args: rest, isInterpreted: true };
    }
    if (!arg.startsWith('-')) return script(arg, args.slice(index + 1));
    if (VALUE_OPTIONS.has(arg)) index += 1;
  }
  return null;
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
