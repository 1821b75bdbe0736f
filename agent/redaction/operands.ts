import type { SecretTool } from '../../rules/catalogue/redaction-tools.ts';
import type { Found } from './found.ts';
import { headerValue, isSecretHeader } from './headers.ts';
import { isSecretName } from './secret-names.ts';
import { loginIn } from './url-logins.ts';

/** Longest operand that is looked at as the name of a secret. */
const MAX_NAME = 256;

/** The secrets among the words of a command that are neither options nor values of options, by one row of the table. */
export function readOperands(
  words: readonly string[],
  row: SecretTool,
  operands: readonly number[],
  found: Found,
): void {
  const behind = behindVerbs(words, row, operands);
  if (row.secretsFrom !== null)
    for (const index of operands.slice(behind + row.secretsFrom)) found.add(index, 0);
  for (const [position, index] of operands.entries()) {
    const word = words[index] ?? '';
    const next = operands[position + 1];
    const before = words[operands[position - 1] ?? -1] ?? '';
    if (row.hasFirstLogin) readLogin(word, position === 0 || isParameter(before), index, found);
    if (next !== undefined && announcesSecret(word, row)) found.add(next, 0);
    if (row.hasBareLogins) readBareLogin(word, index, row, found);
    if (row.hasPairOperands && position >= behind) readPair(word, index, found);
    if (row.hasRequestItems) readRequestItem(word, index, found);
    if (row.slashOptions.has(/^\/[\w-]{1,64}(?=:)/.exec(word)?.[0].toLowerCase() ?? ''))
      found.add(index, word.indexOf(':') + 1);
  }
}

/** `password VALUE`, `//registry.example/:_authToken VALUE`, or a word of the row (`using VALUE`). */
function announcesSecret(word: string, row: SecretTool): boolean {
  if (row.secretWords.has(word.toLowerCase())) return true;
  return (
    row.hasNamedOperands &&
    word.length <= MAX_NAME &&
    /^(?:\/\/[\w.:/-]+\/)?[\w.:-]+$/.test(word) &&
    isSecretName(word.slice(word.lastIndexOf('/') + 1))
  );
}

/** `USER/SECRET@PLACE` of Oracle's tools: the first operand, or behind the name of a parameter. */
function readLogin(word: string, isExpected: boolean, index: number, found: Found): void {
  const [login = '', parameter] = LOGIN.exec(word) ?? [];
  if (login === '' || (!isExpected && parameter === undefined)) return;
  const at = word.lastIndexOf('@');
  found.add(index, login.length, at >= login.length ? at : word.length);
}

const LOGIN = /^((?:userid|target|catalog|auxiliary)=)?[^\s/@"=]{1,256}\/(?=[^/])/i;

function isParameter(word: string): boolean {
  return /^(?:userid|target|catalog|auxiliary)$/i.test(word);
}

function readBareLogin(word: string, index: number, row: SecretTool, found: Found): void {
  if (row.hasRequestItems || /^[^:]{0,32}:\/\//.test(word)) return;
  const end = word.search(/[/\s]/);
  const login = loginIn(end === -1 ? word : word.slice(0, end));
  if (login) found.add(index, login.start, login.end);
}

/** `NAME=SECRET` whatever the name says; `NAME=@FILE` and `NAME=-` say where the secret is. */
function readPair(word: string, index: number, found: Found): void {
  const sign = word.indexOf('=');
  if (sign > 0 && !/^(?:@|-$)/.test(word.slice(sign + 1))) found.add(index, sign + 1);
}

function readRequestItem(word: string, index: number, found: Found): void {
  found.filePairs.add(index);
  const header = /^([A-Za-z][\w-]{1,128}):(?![=/])(?=[^@\s])/.exec(word);
  if (header && isSecretHeader(header[1] ?? ''))
    found.push(index, headerValue(word, header[1] ?? '', header[0].length, word.length));
}

/** Index of the first operand behind the verbs of the row; behind all when they are not there. */
function behindVerbs(
  words: readonly string[],
  { verbs }: SecretTool,
  operands: readonly number[],
): number {
  for (let at = 0; at + verbs.length <= operands.length; at += 1) {
    const isHere = verbs.every(
      (verb, offset) => words[operands[at + offset] ?? -1]?.toLowerCase() === verb.toLowerCase(),
    );
    if (isHere) return at + verbs.length;
  }
  return operands.length;
}
