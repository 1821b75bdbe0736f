/** A secret inside a text: `start` inclusive, `end` exclusive, in UTF-16 units of that text. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The secret as its program gets it, without quoting: what a keyed placeholder is made of. */
  readonly secret: string;
  /** Text that must follow the placeholder, so that the quoting around it stays balanced. */
  readonly after: string;
  /** A colon in the placeholder would end the value, so such a placeholder is written in double quotes. */
  readonly breaksAtColon: boolean;
}

/** The span of a text from `start` to `end`. */
export function spanOf(text: string, start: number, end: number, breaksAtColon = false): Span {
  return { start, end, secret: text.slice(start, end), after: '', breaksAtColon };
}

/** The spans in order, without empty ones; those that overlap are one. */
export function merged(text: string, spans: readonly Span[]): readonly Span[] {
  const ordered = spans
    .filter(({ start, end }) => end > start)
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  const result: Span[] = [];
  for (const span of ordered) {
    const last = result.at(-1);
    if (!last || span.start >= last.end) result.push(span);
    else if (span.end > last.end) {
      const { start, breaksAtColon } = last;
      result[result.length - 1] = {
        start,
        end: span.end,
        secret: text.slice(start, span.end),
        after: span.after,
        breaksAtColon: breaksAtColon || span.breaksAtColon,
      };
    }
  }
  return result;
}

/** The text with each span replaced by what `hide` gives for its secret. */
export function replaced(
  text: string,
  spans: readonly Span[],
  hide: (secret: string) => string,
): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, secret, after, breaksAtColon } of merged(text, spans)) {
    const hidden = hide(secret);
    const isQuoted = breaksAtColon && hidden.includes(':') && hidden !== secret;
    parts.push(text.slice(from, start), isQuoted ? `"${hidden}"` : hidden, after);
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}
