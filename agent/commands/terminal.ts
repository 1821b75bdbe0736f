/** Text of other people, made harmless for a terminal: control and direction characters as `\u001b`, nothing cut. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Where a verb writes. Tests collect, the program writes to the process's own streams. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}
