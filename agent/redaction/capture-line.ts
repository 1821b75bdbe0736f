import { itemsAt, type JsonPlace, membersAt, stringsIn, withReplacements } from './json-members.ts';
import type { PathHider } from './path-hider.ts';
import type { Redactor } from './redactor.ts';

type Replacement = readonly [place: JsonPlace, json: string];

/**
 * A line of a capture without secrets: arguments and environment of an exec, command lines of a process list, and paths
 * wherever they stand. Everything else stays byte for byte, also inside these lists where nothing was hidden. `null` for a
 * line that is no JSON object: what is in it cannot be told.
 */
export function redactCaptureLine(
  line: string,
  redactor: Redactor,
  hider: PathHider | null = null,
): string | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  } catch {
    return null;
  }
  // Paths first, so that an argument and an event have the same placeholder for the same name.
  const hidden = hider === null ? line : withHiddenPaths(line, hider);
  return withReplacements(hidden, replacementsAt(hidden, 0, redactor));
}

function withHiddenPaths(line: string, hider: PathHider): string {
  if (!hider.mayHide(line)) return line;
  const places = [...stringsIn(line)].filter(({ start }) => isPath(line, start));
  const texts = places.map((place) => textAt(line, place));
  const paths = texts.map((text) => hider.path(text));
  return withReplacements(line, changes(line, places, texts, paths));
}

/** An absolute path, or a value of a key: the name of a file, program or process. A command line is no such thing. */
function isPath(line: string, start: number): boolean {
  if (/^"\\?\//.test(line.slice(start, start + 3))) return true;
  const [, key = ''] =
    /"([^"]*)"\s{0,8}:\s{0,8}$/.exec(line.slice(Math.max(0, start - 64), start)) ?? [];
  return key !== '' && key !== 'cmd';
}

function replacementsAt(line: string, start: number, redactor: Redactor): readonly Replacement[] {
  return membersAt(line, start).flatMap((member) => {
    switch (member.key) {
      case 'event':
        return inEvent(line, member.start, redactor);
      // The envelope of a message of the second run.
      case 'message':
        return replacementsAt(line, member.start, redactor);
      case 'processes':
        return inRows(line, member.start, redactor);
      default:
        return [];
    }
  });
}

function inEvent(line: string, start: number, redactor: Redactor): readonly Replacement[] {
  return membersAt(line, start)
    .filter(({ key }) => key === 'exec')
    .flatMap((exec) => membersAt(line, exec.start))
    .flatMap((member) => {
      if (member.key !== 'args' && member.key !== 'env') return [];
      const places = itemsAt(line, member.start);
      const texts = places.map((place) => textAt(line, place));
      const hidden =
        member.key === 'args' ? redactor.redactArguments(texts) : redactor.redactAssignments(texts);
      return changes(line, places, texts, hidden);
    });
}

function inRows(line: string, start: number, redactor: Redactor): readonly Replacement[] {
  const rows = itemsAt(line, start).flatMap((row) => membersAt(line, row.start));
  const places = rows.filter(({ key }) => key === 'cmd');
  const texts = places.map((place) => textAt(line, place));
  return changes(line, places, texts, redactor.redactTexts(texts));
}

function changes(
  line: string,
  places: readonly JsonPlace[],
  texts: readonly string[],
  hidden: readonly string[],
): readonly Replacement[] {
  return places.flatMap((place, index) => {
    const text = hidden[index];
    // A mode that leaves arguments out hands back fewer of them.
    if (text === undefined) return line[place.start] === '"' ? [[place, '""'] as const] : [];
    return text === texts[index] ? [] : [[place, JSON.stringify(text)] as const];
  });
}

/** The text of a JSON string; another value has none. */
function textAt(line: string, { start, end }: JsonPlace): string {
  const value: unknown = JSON.parse(line.slice(start, end));
  return typeof value === 'string' ? value : '';
}
