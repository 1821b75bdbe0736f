/**
 * Reads the XML of packages: elements, attributes, text, CDATA. Comments, declarations and a document type without own
 * definitions are passed over. There are no entities but the five of XML and characters by number, and nothing is fetched.
 */
import { FormatError } from './fault.ts';

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text without that of its children. */
  readonly text: string;
}

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 200_000;
const MAX_ATTRIBUTES = 100;
const NAME = /[A-Za-z_:][\w:.-]*/y;
const BLANK = /[ \t\r\n]*/y;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly text: string[];
}

/** The root element of a document in UTF-8. Throws a `FormatError`. */
export function parseXml(bytes: Buffer): XmlElement {
  const text = new TextDecoder('utf-8').decode(bytes);
  const document: Open = { name: '', attributes: new Map(), children: [], text: [] };
  const stack: Open[] = [document];
  let elements = 0;
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const top = stack.at(-1) ?? document;
    top.text.push(decoded(text.slice(at, open < 0 ? text.length : open)));
    if (open < 0) break;
    if (text.startsWith('<!--', open)) at = after(text, '-->', open + 4);
    else if (text.startsWith('<![CDATA[', open)) {
      at = after(text, ']]>', open + 9);
      top.text.push(text.slice(open + 9, at - 3));
    } else if (text.startsWith('<?', open)) at = after(text, '?>', open + 2);
    else if (text.startsWith('<!', open)) {
      at = after(text, '>', open + 2);
      if (text.slice(open, at).includes('[')) throw new FormatError('XML defines entities');
    } else if (text.startsWith('</', open)) {
      const end = after(text, '>', open + 2);
      const name = text.slice(open + 2, end - 1).trim();
      if (stack.length === 1 || name !== top.name)
        throw new FormatError(`XML closes <${name.slice(0, 60)}> that is not open`);
      stack.pop();
      (stack.at(-1) ?? document).children.push(closed(top));
      at = end;
    } else {
      const tag = startTag(text, open);
      if (++elements > MAX_ELEMENTS) throw new FormatError(`XML has over ${MAX_ELEMENTS} elements`);
      if (stack.length > MAX_DEPTH) throw new FormatError(`XML is over ${MAX_DEPTH} levels deep`);
      if (tag.isEmpty) top.children.push(closed(tag));
      else stack.push(tag);
      at = tag.end;
    }
  }
  const [root, second] = document.children;
  if (stack.length > 1) throw new FormatError(`XML does not close <${stack.at(-1)?.name ?? ''}>`);
  if (root === undefined || second !== undefined || document.text.join('').trim() !== '')
    throw new FormatError('is no XML document');
  return root;
}

/** The children of that name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The first child of that name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** Every element of that name below this one, in the order of the document. */
export function elementsBelow(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elementsBelow(child, name),
  ]);
}

function closed({ name, attributes, children, text }: Open): XmlElement {
  return { name, attributes, children, text: text.join('') };
}

/** A start tag from its `<` on. */
function startTag(
  text: string,
  open: number,
): Open & { readonly isEmpty: boolean; readonly end: number } {
  const name = match(NAME, text, open + 1);
  if (name === '') throw new FormatError(`XML has a stray < at character ${open}`);
  const attributes = new Map<string, string>();
  let at = open + 1 + name.length;
  for (;;) {
    at += match(BLANK, text, at).length;
    const isEmpty = text.startsWith('/>', at);
    if (isEmpty || text[at] === '>')
      return { name, attributes, children: [], text: [], isEmpty, end: at + (isEmpty ? 2 : 1) };
    const key = match(NAME, text, at);
    at += key.length;
    at += match(BLANK, text, at).length;
    if (key === '' || text[at] !== '=') throw new FormatError(`XML tag <${name}> has no end`);
    at += 1;
    at += match(BLANK, text, at).length;
    const quote = text[at];
    if (quote !== '"' && quote !== "'") throw new FormatError(`XML attribute ${key} has no quotes`);
    const end = after(text, quote, at + 1);
    if (attributes.has(key)) throw new FormatError(`XML attribute ${key} is there twice`);
    if (attributes.size === MAX_ATTRIBUTES) throw new FormatError(`XML <${name}> is overlong`);
    attributes.set(key, decoded(text.slice(at + 1, end - 1)));
    at = end;
  }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw new FormatError(`XML ends before ${mark}`);
  return at + mark.length;
}

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{1,8}));/g, (whole, ...groups) => {
    const [decimal, hex, name] = groups as readonly (string | undefined)[];
    if (name !== undefined) {
      const character = ENTITIES.get(name);
      if (character === undefined) throw new FormatError(`XML uses the entity ${whole}`);
      return character;
    }
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    if (code > 0x10ffff) throw new FormatError(`XML uses the character ${whole}`);
    return String.fromCodePoint(code);
  });
}
