/** Processes and executions as values, for tests of single modules; what a test does not care about is absent. */
import { type Program, programOf } from '../../agent/context/program.ts';
import type { Process, ProcessExec } from '../../collectors/event.ts';

export function processOf(given: Partial<Process> = {}): Process {
  const executable = given.executable ?? '/opt/tools/tool';
  return {
    pid: 700,
    pidversion: 1,
    parent: null,
    responsible: null,
    auditUserId: 501,
    realUserId: 501,
    executable,
    name: executable.slice(executable.lastIndexOf('/') + 1),
    signingId: null,
    teamId: null,
    isPlatformBinary: false,
    cdhash: null,
    startUs: null,
    ...given,
  };
}

/** The execution of a program: the first word is its path, and the words as they are its arguments. */
export function execOf(words: readonly string[], given: Partial<ProcessExec> = {}): ProcessExec {
  const process = processOf({ executable: words[0] ?? '' });
  return {
    kind: 'process.exec',
    collector: 'endpoint-security',
    timeUs: 0,
    process,
    before: processOf(),
    args: words,
    workingDirectory: '/Users/maria',
    script: null,
    descriptors: [],
    ...given,
  };
}

/** What such a command really runs. */
export function programOfWords(words: readonly string[]): Program {
  return programOf(execOf(words));
}
