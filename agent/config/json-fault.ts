/** V8 shows ten characters on both sides of what it did not expect. */
const EXCERPT = /^Unexpected token [\s\S]{1,8}, (\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/;
const AROUND = 10;

/**
 * What is wrong with a text that is no JSON, and where, in one line and in none of its own words: the parser quotes what stands
 * around a fault, and in a configuration that may be a token. `message` is that of the parser.
 */
export function jsonFault(message: string, text: string): string {
  const [, isCut, excerpt] = EXCERPT.exec(message) ?? [];
  // All other messages of the parser name a kind of fault and a place.
  if (excerpt === undefined) return message.startsWith('Unexpected token') ? FAULT : message;
  const start = text.indexOf(excerpt);
  const whole = isCut === undefined ? excerpt : text.slice(0, start + AROUND);
  const line = whole.split('\n').length;
  return isCut === undefined && line > 1
    ? `${FAULT} in lines 1 to ${line}`
    : `${FAULT} in line ${line}`;
}

const FAULT = 'unexpected character';
