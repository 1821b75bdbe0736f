import { itemsAt, type JsonPlace, membersAt, withReplacements } from './json-members.ts';
import type { Redactor } from './redactor.ts';

type Replacement = readonly [place: JsonPlace, json: string];

/**
 * A line of a capture without secrets: arguments and environment of an exec, command lines of a process list. Everything
 * else stays byte for byte, also inside these lists where nothing was hidden. `null` for a line that is no JSON object:
 * what is in it cannot be told.
 */
export function redactCaptureLine(line: string, redactor: Redactor): string | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  } catch {
    return null;
  }
  return withReplacements(line, replacementsAt(line, 0, redactor));
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
