/** Text for element content and double-quoted attributes of XML. Characters that XML 1.0 cannot hold throw. */
export function xml(text: string): string {
  if (/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(text))
    throw new Error(`${JSON.stringify(text)}: holds a character that XML cannot hold`);
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
