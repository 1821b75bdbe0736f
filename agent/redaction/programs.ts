import type { SecretTables, SecretTool, Wrapper } from '../../rules/catalogue/redaction-tools.ts';
import { baseName } from '../context/paths.ts';

/** A program of the tables that a list of words runs, with the place of its first argument. */
export interface RunTool {
  readonly rows: readonly SecretTool[];
  /** Index of the first word behind the name. */
  readonly from: number;
  /** Index behind its last word. */
  readonly to: number;
}

export interface RunPrograms {
  readonly tools: readonly RunTool[];
  /** Indexes of words that are shell text themselves. */
  readonly scripts: readonly number[];
}

/** Most programs that are looked for behind one another (sudo, env, nice ...). */
const MAX_PROGRAMS = 16;
/** Most words of an unknown program among which the name of a tool is looked for. */
const MAX_SCANNED = 32;

/** The programs that words run: the first one, and what it starts in turn. */
export function programsIn(words: readonly string[], tables: SecretTables): RunPrograms {
  const tools: { rows: readonly SecretTool[]; from: number; to: number }[] = [];
  const scripts: number[] = [];
  let at: number | null = skipAssignments(words, 0);
  // Behind a script, options of the program that reads it may follow.
  let isBehindScript = false;
  for (let count = 0; at !== null && at < words.length && count < MAX_PROGRAMS; count += 1) {
    const name = nameOf(words[at] ?? '');
    const rest = words.slice(at + 1, at + 1 + MAX_SCANNED);
    const rows = (tables.tools.get(name) ?? []).filter(({ verbs }) => hasVerbs(rest, verbs));
    const last = tools.at(-1);
    if (last && !isBehindScript) last.to = Math.min(last.to, at);
    if (rows.length > 0) {
      tools.push({ rows, from: at + 1, to: words.length });
    }
    const wrapper = tables.wrappers.get(name)?.find(({ verbs }) => hasVerbs(rest, verbs));
    isBehindScript = wrapper !== undefined && /[a-z]/.test(wrapper.scriptOptions);
    if (wrapper) at = startedBy(wrapper, words, at + 1, scripts);
    else at = rows.length > 0 ? null : nextKnown(words, at + 1, tables);
  }
  return { tools, scripts };
}

/** Whether words that begin so run something that the tables know. */
export function isCommand(words: readonly string[], tables: SecretTables): boolean {
  const at = skipAssignments(words, 0);
  if (at > 0) return true;
  const name = nameOf(words[at] ?? '');
  return name !== '' && (tables.tools.has(name) || tables.wrappers.has(name));
}

/** The base name in which a tool is listed: without folder, version and the ending of a script. */
export function nameOf(word: string): string {
  const name = baseName(word.slice(0, 4096)).replaceAll('\0', '');
  if (name.length > 64) return '';
  const plain = name
    .replace(/\.(?:exe|jar|phar|sh|py|rb|pl|m?js)$/i, '')
    .replace(/(?<=[a-z])(?:[-@]\d+(?:\.\d+)*|\d*\.\d+)$/, '');
  return plain === '' ? name : plain;
}

function hasVerbs(words: readonly string[], verbs: readonly string[]): boolean {
  if (verbs.length === 0) return true;
  const operands = words.filter((word) => !word.startsWith('-')).slice(0, 8);
  for (let at = 0; at + verbs.length <= operands.length; at += 1) {
    const isHere = verbs.every(
      (verb, offset) => operands[at + offset]?.toLowerCase() === verb.toLowerCase(),
    );
    if (isHere) return true;
  }
  return false;
}

function skipAssignments(words: readonly string[], from: number): number {
  let at = from;
  while (at < words.length && /^[A-Za-z_]\w*\+?=/.test((words[at] ?? '').slice(0, 256))) at += 1;
  return at;
}

/** Index of the program that the wrapper starts, `null` when it starts none that the words name. */
function startedBy(
  wrapper: Wrapper,
  words: readonly string[],
  from: number,
  scripts: number[],
): number | null {
  const { markers, scriptOptions, valueOptions, verbs } = wrapper;
  if (markers.size > 0) {
    const marker = words.findIndex((word, index) => index >= from && markers.has(word));
    return marker === -1 ? null : marker + 1;
  }
  const isText = scriptOptions === '-';
  let operands = wrapper.operands + verbs.length;
  for (let at = from; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      if (isText) return scriptAt(words, at + 1, scripts);
      return operands > wrapper.operands ? null : skipAssignments(words, at + 1 + operands);
    }
    if (/^[-+]./.test(word)) {
      const letter = isText ? -1 : scriptLetter(word, scriptOptions);
      if (letter === word.length - 1) return scriptAt(words, at + 1, scripts);
      if (letter !== -1) {
        scripts.push(at);
        return null;
      }
      if (valueOptions.has(word)) at += 1;
      continue;
    }
    if (isText) return scriptAt(words, at, scripts);
    if (operands > 0) operands -= 1;
    else if (scriptOptions === '' || scriptOptions === 'S') {
      const program = skipAssignments(words, at);
      scripts.push(program);
      return program;
    }
    // A shell's script, or the user of su: options may follow.
  }
  return null;
}

/** Where in a cluster (`-lc`) the letter is behind which shell text stands, -1 when none is. */
function scriptLetter(word: string, letters: string): number {
  if (letters === '' || word.startsWith('--') || word.length > 16) return -1;
  for (let at = 1; at < word.length; at += 1) if (letters.includes(word[at] ?? ' ')) return at;
  return -1;
}

/** A single word is shell text; of a joined command line, the words are there one by one. */
function scriptAt(words: readonly string[], at: number, scripts: number[]): number | null {
  if (at >= words.length) return null;
  scripts.push(at);
  return skipAssignments(words, at);
}

/** Behind an unknown program: what follows `--`, or the first word that is the name of a tool. */
function nextKnown(words: readonly string[], from: number, tables: SecretTables): number | null {
  const until = Math.min(words.length, from + MAX_SCANNED);
  for (let at = from; at < until; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return at + 1 < words.length ? at + 1 : null;
    if (!word.startsWith('-') && tables.tools.has(nameOf(word))) return at;
  }
  return null;
}
