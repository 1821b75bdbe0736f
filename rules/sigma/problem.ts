/** Why a rule or a rule file was refused. Bounded: also the label under which refusals are counted. */
export type ProblemReason =
  | 'unreadable'
  | 'yaml'
  | 'invalid'
  | 'unsupported'
  | 'limit'
  | 'duplicate'
  | 'golden';

/** Where in the rule folder something is said about a rule, an exception or a file, and what is said. */
export interface Remark {
  /** Path of the file relative to the rule folder. */
  readonly file: string;
  /** Number of the YAML document in its file, from 1; `null` when the file as a whole is meant. */
  readonly document: number | null;
  /** Title and id as far as they could be read, else `null`. */
  readonly rule: string | null;
  /** Keys from the top of the document, for example `detection.selection.Image|re[2]`; list items count from 1. */
  readonly place: string;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** One reason why one rule, one exception or one file is not in force. It costs that one and nothing else. */
export interface RuleProblem extends Remark {
  readonly reason: ProblemReason;
}

/** Returns a remark as one line for a terminal or a log: file, document, rule, place, fix. */
export function describeProblem(problem: Remark): string {
  const where = [
    problem.file,
    problem.document === null ? null : `document ${String(problem.document)}`,
    problem.rule,
    problem.place === '' ? null : problem.place,
  ];
  return visible([...where, problem.message].filter((part) => part !== null).join(': '));
}

/** What a reader of rule data says is wrong, before the loader adds file and rule. */
export interface Complaint {
  readonly place: string;
  readonly reason: ProblemReason;
  readonly message: string;
}

/** A position inside a rule. It knows its own name and takes complaints about what stands there. */
export interface Place {
  readonly path: string;
  readonly key: (name: string) => Place;
  /** The list item at `index`, which counts from 0 while its name counts from 1. */
  readonly item: (index: number) => Place;
  /** Records the complaint and returns `null`, the value of everything that could not be read. */
  readonly refuse: (reason: ProblemReason, message: string) => null;
}

/** Returns the place called `path` whose complaints are appended to `complaints`. */
export function placeIn(complaints: Complaint[], path = ''): Place {
  return {
    path,
    key: (name) => {
      const shown = quote(name).slice(1, -1);
      return placeIn(complaints, path === '' ? shown : `${path}.${shown}`);
    },
    item: (index) => placeIn(complaints, `${path}[${String(index + 1)}]`),
    refuse: (reason, message) => {
      complaints.push({ place: path, reason, message });
      return null;
    },
  };
}

/** Returns title and id of a rule as problems show them, `null` when neither is text. */
export function ruleName(title: unknown, id: unknown): string | null {
  const shown = [title, id].filter((part) => typeof part === 'string').map((part) => quote(part));
  return shown.length === 0 ? null : shown.join(' ');
}

const MAX_QUOTED_CHARS = 80;

/** Returns text of a rule in double quotes, without control characters and cut to 80 characters, for a message. */
export function quote(text: string): string {
  return `"${visible(text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS)}...` : text)}"`;
}

function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeChar);
}

function escapeChar(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}
