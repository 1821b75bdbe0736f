import { type CommandLine } from './command-line.ts';

/** What HTTPie's operands are: `[METHOD] URL [ITEM…]`; the first word is the method when it has only letters. */
export interface RequestItems {
  readonly url: string | null;
  readonly items: readonly string[];
}

export function requestItems(line: CommandLine): RequestItems {
  const [first = '', second] = line.operands;
  const at = second !== undefined && /^[a-z]+$/i.test(first) ? 1 : 0;
  return { url: line.operands[at] ?? null, items: line.operands.slice(at + 1) };
}

/** `field@FILE`, `@FILE`, and values from a file: `field=@FILE`, `field:=@FILE`, `field==@FILE`, `Header:@FILE`. */
const FILE_ITEM = /^[^:=@]*(?::=|==|=|:)?@(.+)$/s;

/** The local file an item sends, or `undefined`. The first separator decides: `mail=maria@x.csv` is text. */
export function fileOfItem(item: string): string | undefined {
  return FILE_ITEM.exec(item)?.[1];
}
