/** Tags that the report uses; `xmlns` and `viewBox` aside, nothing of it takes a value from outside unescaped. */
const TAG =
  /<(?:!doctype html|\/?[a-z][a-z0-9]*(?: [a-z-]+(?:="[^"<>]*")?| viewBox="[\d. ]+"| http-equiv="[^"<>]*")*\/?)>/gi;

/** What is left of a page when its tags and entities are taken away; `<`, `>`, `"` and `&` in there were not escaped. */
export function unescapedIn(html: string): readonly string[] {
  const body = html.replace(/<style>[\s\S]*?<\/style>/, '');
  const rest = body.replaceAll(TAG, '').replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '');
  return [...rest.matchAll(/.{0,20}[<>"&].{0,20}/g)].map(([found]) => found);
}

/** The text of a page as a reader sees it. */
export function textIn(html: string): string {
  return html
    .replaceAll(/<style>[\s\S]*?<\/style>/g, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** Names of all elements of a page, each once. */
export function elementsIn(html: string): ReadonlySet<string> {
  return new Set([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name]) => name ?? ''));
}
