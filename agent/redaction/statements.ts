import { type Span, spanOf } from './span.ts';

interface Statement {
  /** What a text without it does not hold, so that most texts are not searched. */
  readonly hint: string;
  /** The first group is the secret. Begins with fixed words and has bounds. */
  readonly shape: RegExp;
}

const STATEMENTS: readonly Statement[] = [
  // expect: send "SECRET\r", send -- {SECRET\r}
  {
    hint: 'send',
    shape:
      /\b(?:exp_)?send(?:[ \t]{1,8}-{1,2}\w{0,8}){0,2}[ \t]{1,8}"((?:[^"\\]|\\.){1,512}?)\\[rn]"/dg,
  },
  {
    hint: 'send',
    shape: /\b(?:exp_)?send(?:[ \t]{1,8}-{1,2}\w{0,8}){0,2}[ \t]{1,8}\{?([^\s"{}]{1,512}?)\\[rn]/dg,
  },
  // AppleScript: what is typed into a dialog
  { hint: 'keystroke', shape: /\bkeystroke[ \t]{1,8}"((?:[^"\\]|\\.){1,512})"/dg },
  // netrc
  { hint: 'login', shape: /\blogin\s{1,8}\S{1,256}\s{1,8}password\s{1,8}([^\s"']{1,512})/dg },
  // pgpass: host:port:database:user:SECRET
  {
    hint: 'pgpass',
    shape:
      /(?<![^\s"'=])[^\s:"']{1,256}:(?:\d{1,5}|\*):[^\s:"']{1,128}:[^\s:"']{1,128}:([^\s"']{1,512})/dg,
  },
  // A session of ftp: a line of its own in a here-document
  {
    hint: 'ftp',
    shape:
      /(?<![^\n])[ \t]{0,8}user[ \t]{1,8}\S{1,256}[ \t]{1,8}(\S{1,512})(?=[ \t]{0,8}(?:\n|$))/dg,
  },
  { hint: 'PASS', shape: /\bquote[ \t]{1,8}PASS[ \t]{1,8}([^\s"']{1,512})/dg },
];

/** Secrets in a statement of a script that another program reads, known by the words before them. Linear in the length. */
export function statementSecrets(text: string): readonly Span[] {
  return STATEMENTS.flatMap(({ hint, shape }) => {
    if (!text.includes(hint)) return [];
    return [...text.matchAll(shape)].flatMap((match) => {
      const [start, end] = match.indices?.[1] ?? [0, 0];
      return spanOf(text, start, end);
    });
  });
}
