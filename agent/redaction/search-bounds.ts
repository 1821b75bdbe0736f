/**
 * How much is searched for secrets at one time. What is not searched is not shown either: it is left out, and the number of
 * its characters stands in its place. Without bounds one hostile argument of a mebibyte keeps the reading side for a second.
 */
import type { Span } from './span.ts';

/** Characters of one text that are searched. */
export const MAX_TEXT = 32 * 1024;
/** Characters of all texts that are searched together: one argument vector, one environment, one process list. */
export const MAX_TOTAL = 128 * 1024;

/** A part that is shorter is not worth showing. */
const MIN_PART = 1024;

/** What of one text is searched, and how much of that is shown; `null` when all of it is. */
export interface Window {
  readonly text: string;
  readonly shown: number | null;
}

/** A window for each text: up to `MAX_TEXT` of each and `MAX_TOTAL` of all, the first ones first. */
export function windowsOf(texts: readonly string[]): readonly Window[] {
  let left = MAX_TOTAL;
  return texts.map((text) => {
    if (isMark(text)) return { text, shown: null };
    const allowed = Math.min(MAX_TEXT, left);
    if (text.length <= allowed) {
      left -= text.length;
      return { text, shown: null };
    }
    // Nothing is shown behind the text that the total cuts.
    left = allowed < MAX_TEXT ? 0 : left - allowed;
    if (allowed < MIN_PART) return { text: '', shown: 0 };
    // More is searched than shown, so that a secret at the cut is known by what follows it, and there is room for
    // placeholders that are longer than their secrets when the result is redacted again.
    const part = Math.floor((allowed / 8) * 7);
    const isHalfPair = /[\uD800-\uDBFF]/.test(text.charAt(part - 1));
    return { text: text.slice(0, allowed), shown: isHalfPair ? part - 1 : part };
  });
}

/** The spans of the shown part. */
export function spansShown({ shown }: Window, spans: readonly Span[]): readonly Span[] {
  if (shown === null) return spans;
  return spans
    .filter(({ start }) => start < shown)
    .map((span) => (span.end > shown ? { ...span, end: shown, after: '' } : span));
}

/** What stands for the characters of a text that are left out, behind those that are shown. */
export function markOf(text: string, shown: number): string {
  return `${shown > 0 ? '\n' : ''}[LEFT OUT: ${text.length - shown} characters]`;
}

function isMark(text: string): boolean {
  return /^\[LEFT OUT: \d{1,10} characters\]$/.test(text);
}
