import { closingQuote } from './quotes.ts';
import { type Span, spanOf } from './span.ts';

/**
 * The words before a password in SQL: `IDENTIFIED BY '…'`, `PASSWORD '…'`, `PASSWORD = '…'`, `SET PASSWORD FOR x = PASSWORD('…')`,
 * SQLCipher's `PRAGMA key = '…'` and `ATTACH '…' AS x KEY '…'`, and keys of cloud storage in COPY and CREATE SECRET.
 */
const BEFORE =
  /\b(?:identified\s{1,8}(?:with\s{1,8}\S{1,64}\s{1,8})?(?:by|as)(?:\s{1,8}password)?|(?:encrypted\s{1,8})?password|pragma\s{1,8}(?:\w{1,64}\.)?(?:hex)?(?:re)?key|as\s{1,8}\w{1,64}\s{1,8}key|(?:aws_)?secret_access_key|aws_secret_key|aws_token|session_token|secret|sas_token|master_key)[\s=(]{1,16}(?:password\s{0,8}\(\s{0,8})?(?=['"])/gi;

/** Passwords in SQL text; the quotes stay. Linear in the length of the text. */
export function sqlSecrets(text: string): readonly Span[] {
  const found: Span[] = [];
  if (!/['"]/.test(text)) return found;
  BEFORE.lastIndex = 0;
  while (BEFORE.test(text)) {
    const start = BEFORE.lastIndex;
    const closing = closingQuote(text, start);
    const end = closing === -1 ? text.length : closing;
    found.push(spanOf(text, start + 1, end));
    BEFORE.lastIndex = end;
  }
  return found;
}
