import type { Span } from './span.ts';

/** A word of shell text: what the program gets, and where each part of it is written. */
export interface ShellWord {
  readonly value: string;
  readonly parts: readonly Part[];
  /** The text itself is the standard input of the command (`<<<`). */
  readonly isInput: boolean;
}

/** A simple command. */
export interface ShellCommand {
  readonly words: readonly ShellWord[];
  /** Reads what the command before it prints. */
  readonly isPiped: boolean;
}

/** A run of characters that stand for themselves, or an escape that stands for one. */
interface Part {
  /** Offset in the value. */
  readonly at: number;
  /** Offset in the shell text. */
  readonly raw: number;
  readonly length: number;
  readonly rawLength: number;
  /** The quote around it, as it opens: empty, `"`, `'`, or `$'`. */
  readonly opening: string;
  /** Offset of the opening quote, -1 outside quotes. */
  readonly region: number;
}

/** How quotes are read: in prose an apostrophe inside a word opens nothing. */
export type ShellStyle = 'command' | 'prose';

/**
 * The simple commands of shell text. Nothing is expanded or run: operators, newlines, parentheses and
 * backticks end a command, `<` and `>` end a word, a quote without its end stands for itself. Linear in the length.
 */
export function shellCommands(text: string, style: ShellStyle): readonly ShellCommand[] {
  return new Reader(text, style).read();
}

/** The span of a word's value as a span of the shell text; quoting around it stays balanced. */
export function inShell(word: ShellWord, span: Span): Span {
  const first = partAt(word.parts, span.start);
  const last = partAt(word.parts, span.end - 1);
  if (!first || !last) return { ...span, start: 0, end: 0 };
  const start = first.raw + (first.length === first.rawLength ? span.start - first.at : 0);
  const end =
    last.length === last.rawLength ? last.raw + (span.end - last.at) : last.raw + last.rawLength;
  const isOneRegion = first.region === last.region;
  const after = isOneRegion ? '' : first.opening.slice(-1) + last.opening;
  return { ...span, start, end, after: after + span.after };
}

/** The part that holds the offset, found by halving. */
function partAt(parts: readonly Part[], offset: number): Part | undefined {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((parts[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return parts[low];
}

const PLAIN = /[^\s;&|()`<>"'\\$]+/y;
const IN_DOUBLE = /[^"\\]+/y;
const IN_ANSI = /[^'\\]+/y;

/** What stands between two commands of which the second reads what the first prints. */
const PIPE = /^\|&?[\n(]*$/;
const MAX_OPERATORS = 8;

class Reader {
  readonly #text: string;
  readonly #style: ShellStyle;
  readonly #commands: ShellCommand[] = [];
  #words: ShellWord[] = [];
  /** Operators since the last command. */
  #operators = '';
  #isInput = false;
  #parts: Part[] = [];
  #pieces: string[] = [];
  #length = 0;
  #isWord = false;
  /** Quotes that are known to have no end from here on. */
  readonly #open = new Set<string>();

  constructor(text: string, style: ShellStyle) {
    this.#text = text;
    this.#style = style;
  }

  read(): readonly ShellCommand[] {
    const text = this.#text;
    let at = 0;
    while (at < text.length) {
      PLAIN.lastIndex = at;
      const run = PLAIN.exec(text)?.[0];
      if (run !== undefined) {
        this.#add(at, run, run.length, '', -1);
        at += run.length;
      } else at = this.#special(at);
    }
    this.#endCommand();
    return this.#commands;
  }

  /** Reads one character that is no plain one, with what belongs to it; gives the offset behind it. */
  #special(at: number): number {
    const text = this.#text;
    const character = text[at] ?? '';
    if (character === '\\' && at + 1 < text.length) {
      if (text[at + 1] !== '\n') this.#add(at, text[at + 1] ?? '', 2, '', -1);
      return at + 2;
    }
    if (character === '$' && text[at + 1] === "'") {
      const end = this.#quoted(at, "$'");
      if (end !== -1) return end;
    }
    if (character === '"' || character === "'") {
      const end = this.#opensHere(at) ? this.#quoted(at, character) : -1;
      if (end !== -1) return end;
    }
    if (text.startsWith('<<<', at)) {
      this.#endWord();
      this.#isInput = true;
      return at + '<<<'.length;
    }
    if (/[;&|()`\n]/.test(character)) this.#endCommand(character);
    else if (/[\s<>]/.test(character)) this.#endWord();
    else this.#add(at, character, 1, '', -1);
    return at + 1;
  }

  #opensHere(at: number): boolean {
    return this.#style === 'command' || !/[\p{L}\p{N}]/u.test(this.#text[at - 1] ?? '');
  }

  /** A quoted part that opens at `at`; gives the offset behind it, -1 when it has no end. */
  #quoted(at: number, opening: string): number {
    const text = this.#text;
    if (this.#open.has(opening)) return -1;
    const closing = closingOf(text, at, opening);
    if (closing === -1) {
      this.#open.add(opening);
      return -1;
    }
    this.#isWord = true;
    const start = at + opening.length;
    if (opening === "'") {
      if (closing > start)
        this.#add(start, text.slice(start, closing), closing - start, opening, at);
      return closing + 1;
    }
    const run = opening === '"' ? IN_DOUBLE : IN_ANSI;
    for (let from = start; from < closing; ) {
      run.lastIndex = from;
      const plain = run.exec(text)?.[0];
      if (plain !== undefined) {
        this.#add(from, plain, plain.length, opening, at);
        from += plain.length;
        continue;
      }
      const escaped = text[from + 1] ?? '';
      const isEscape = opening !== '"' || /["\\$`]/.test(escaped);
      // In double quotes a backslash before any other character is a backslash.
      if (isEscape) this.#add(from, escaped, 2, opening, at);
      else this.#add(from, `\\${escaped}`, 2, opening, at);
      from += 2;
    }
    return closing + 1;
  }

  #add(raw: number, value: string, rawLength: number, opening: string, region: number): void {
    this.#isWord = true;
    this.#parts.push({ at: this.#length, raw, length: value.length, rawLength, opening, region });
    this.#pieces.push(value);
    this.#length += value.length;
  }

  #endWord(): void {
    if (this.#isWord) {
      const value = this.#pieces.join('');
      this.#words.push({ value, parts: this.#parts, isInput: this.#isInput });
      this.#isInput = false;
    }
    this.#parts = [];
    this.#pieces = [];
    this.#length = 0;
    this.#isWord = false;
  }

  #endCommand(operator = ''): void {
    this.#endWord();
    if (this.#words.length > 0) {
      this.#commands.push({ words: this.#words, isPiped: PIPE.test(this.#operators) });
      this.#operators = '';
    }
    // So many as decide; a text of nothing else would cost its square.
    if (this.#operators.length < MAX_OPERATORS) this.#operators += operator;
    this.#words = [];
    this.#isInput = false;
  }
}

function closingOf(text: string, at: number, opening: string): number {
  const start = at + opening.length;
  if (opening === "'") return text.indexOf("'", start);
  const quote = opening.slice(-1);
  for (let from = start; from < text.length; from += 1) {
    if (text[from] === '\\') from += 1;
    else if (text[from] === quote) return from;
  }
  return -1;
}
