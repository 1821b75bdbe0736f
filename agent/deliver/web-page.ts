/**
 * Whether a text is a page for people: what a login, a portal or a web server itself answers with. The type of the content
 * does not tell, because many frameworks call every text `text/html`.
 */
export function isWebPage(text: string): boolean {
  return /^\s*<(?:!doctype\s+html|html)\b/i.test(text);
}

/** The title of a page as it is written, `null` without one. */
export function titleOf(page: string): string | null {
  return /<title>([^<]{1,200})<\/title>/i.exec(page)?.[1] ?? null;
}
