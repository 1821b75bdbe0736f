import { PLACEHOLDER } from '../redaction/placeholder.ts';
import { Redactor } from '../redaction/redactor.ts';
import { isWebPage, titleOf } from './web-page.ts';

/** Characters of an excerpt, and of what is looked at for it. */
const MAX_EXCERPT = 120;
const MAX_LOOKED_AT = 4096;
/** A shorter secret is none, and hiding it would garble every sentence. */
const MIN_SECRET = 6;

/** Commands of tools are no matter in answers, so no table of them is needed. */
const NO_TABLES = { tools: new Map(), wrappers: new Map(), problems: [] };

/**
 * The beginning of a text from outside, fit for one line of a message: without control and invisible characters, with secrets
 * hidden, those of the destination (`secrets`) wherever they stand. Of a web page it is the title. Empty when nothing is left.
 */
export function excerptOf(text: string, secrets: readonly string[] = []): string {
  const start = text.slice(0, MAX_LOOKED_AT);
  const title = isWebPage(start) ? titleOf(start) : null;
  const line = (title === null ? start : `page "${title}"`)
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const own = secrets
    .filter(({ length }) => length >= MIN_SECRET)
    .reduce((current, secret) => current.replaceAll(secret, PLACEHOLDER), line);
  return new Redactor({ kind: 'redact' }, NO_TABLES).redactText(own).slice(0, MAX_EXCERPT);
}
