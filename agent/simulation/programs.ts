import { join } from 'node:path';
import { PASS_ON } from './exporter.ts';
import type { Scenario } from './scenario.ts';
import { markedName, reservedHost } from './simulated.ts';
import type { Workplace } from './workplace.ts';

/** A program and its arguments, without its own name. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** What the commands are made of. */
export interface CommandParts {
  readonly token: string;
  readonly scenario: Scenario;
  readonly workplace: Pick<Workplace, 'tool' | 'script'>;
  /** Port of the loopback server. */
  readonly port: number;
}

/** The export that the tool writes. */
export function exportOf({ scenario, token }: Pick<CommandParts, 'scenario' | 'token'>): string {
  return join(scenario.exportFolder, markedName(token));
}

/** Every file that the scenario makes for the user to see. */
export function filesOf(parts: Pick<CommandParts, 'scenario' | 'token'>): readonly string[] {
  const { departure } = parts.scenario;
  const copies = departure.kind === 'copy' ? [join(departure.folder, markedName(parts.token))] : [];
  return [exportOf(parts), ...copies];
}

/** The tool that exports. */
export function toolCommand(parts: CommandParts): Command {
  const { tool, script } = parts.workplace;
  return { file: tool, args: [...(script === null ? [] : [script]), exportOf(parts)] };
}

/** The command that sends a file, or its standard input (`-`), to the reserved host, and that reaches loopback only. */
export function uploadCommand({ token, port }: CommandParts, source: string): Command {
  const args = [
    // Settings of the user are left out.
    '-q',
    '--silent',
    '--show-error',
    '--max-time',
    '10',
    '--noproxy',
    '*',
    // Every connection goes to loopback, before any name is looked up.
    '--connect-to',
    `::127.0.0.1:${port}`,
    '--upload-file',
    source,
    `http://${reservedHost(token)}/${markedName(token)}`,
  ];
  return { file: '/usr/bin/curl', args };
}

/** The tool exports and then writes the rows to a pipe that the upload command reads. A shell makes the pipe: the runtime would use sockets. */
export function pipelineCommand(parts: CommandParts): Command {
  const { file, args } = toolCommand(parts);
  const exporter = [file, ...args, PASS_ON];
  const upload = uploadCommand(parts, '-');
  const words = [...exporter, upload.file, ...upload.args];
  return { file: '/bin/sh', args: ['-c', pipeline(exporter.length), 'sh', ...words] };
}

/** The uploader is executed when the tool has closed its file, and reads the rest of the pipe; all words are arguments. */
function pipeline(words: number): string {
  const exporter = Array.from({ length: words }, (_, index) => `"$${index + 1}"`).join(' ');
  return `${exporter} | { read -r ready && shift ${words} && exec "$@"; }`;
}

/** Copies the export into a folder, under its own name. */
export function copyCommand(parts: CommandParts, folder: string): Command {
  return { file: '/bin/cp', args: [exportOf(parts), join(folder, markedName(parts.token))] };
}
