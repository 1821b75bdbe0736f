/**
 * What is said of a fault of the program itself, which nobody expected: one line without secrets. The stack would show where it
 * came from, but messages of libraries repeat what they were given; it is printed, redacted too, only when it is asked for.
 */
import { writeSync } from 'node:fs';
import { relative } from 'node:path';
import { isSea } from 'node:sea';

/** EX_SOFTWARE of sysexits(3). */
const EXIT_CRASHED = 70;
/** Prints the stack, too. */
const DEBUG_VARIABLE = 'SPILLWATCH_DEBUG';

const PROJECT = `${import.meta.dirname}/..`;
const MAX_MESSAGE = 500;
const MAX_STACK = 16_384;

/** The line, and below it the stack when it is asked for; `redact` takes secrets out of a text. */
export function crashText(
  error: unknown,
  redact: (text: string) => string,
  hasStack: boolean,
): string {
  const name = error instanceof Error ? error.name : typeof error;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const line = `spillwatch: a fault of the program, ${name}${placeOf(stack)}: ${oneLine(redact(message.slice(0, MAX_MESSAGE)))}; report it, ${DEBUG_VARIABLE}=1 shows more`;
  return hasStack ? `${line}\n${harmless(redact(stack.slice(0, MAX_STACK)))}\n` : `${line}\n`;
}

/** From now on whatever is thrown and caught by nobody is told in one line, and ends the process with 70. */
export function tellCrashes(): void {
  process.on('uncaughtException', (error) => void crash(error));
  process.on('unhandledRejection', (reason) => void crash(reason));
}

/** Tells of an error and ends the process. What takes secrets out is loaded only now: most runs never need it. */
export async function crash(error: unknown): Promise<never> {
  const text = crashText(error, await redactOrHide(), process.env[DEBUG_VARIABLE] === '1');
  try {
    writeSync(process.stderr.fd, text);
  } catch {
    // Nobody listens.
  }
  // oxlint-disable-next-line unicorn/no-process-exit -- nothing may go on in a state that nobody foresaw
  process.exit(EXIT_CRASHED);
}

/** Without the tables nothing is sure to be without secrets, so nothing is shown. */
async function redactOrHide(): Promise<(text: string) => string> {
  try {
    const { Redactor } = await import('./redaction/redactor.ts');
    const redactor = new Redactor({ kind: 'redact' });
    return (text) => redactor.redactText(text);
  } catch {
    return () => '(not shown)';
  }
}

/** ` at agent/pipeline.ts:12`: the innermost place in our own files. The single executable is one file, of many lines. */
function placeOf(stack: string): string {
  if (isSea()) {
    // The few lines that load the script are a module, and stand as a URL.
    const [, line] = stack
      .replaceAll(`file://${process.execPath}:`, '')
      .split(`${process.execPath}:`, 2);
    return line === undefined ? '' : ` at line ${Number.parseInt(line, 10)}`;
  }
  for (const [, file = '', line = ''] of stack.matchAll(/(?:file:\/\/)?(\/[^\s():]+):(\d+):\d+/g)) {
    const place = relative(PROJECT, file);
    if (!place.startsWith('..') && !place.startsWith('node_modules')) return ` at ${place}:${line}`;
  }
  return '';
}

function oneLine(text: string): string {
  return harmless(text).replaceAll('\n', ' ');
}

/** Nothing in it acts on a terminal. */
function harmless(text: string): string {
  return text.replace(/[^\P{C}\n]|[\u2028\u2029]/gu, '\u{FFFD}');
}
