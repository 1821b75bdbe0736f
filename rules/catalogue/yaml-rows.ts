import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** One row of a catalogue file as it stands there, before anything in it is believed. */
export interface Row {
  /** Where the row is, for messages: file, section, number and line from 1, and the row's name when it has one. */
  readonly where: string;
  /** Texts, arrays and maps; every scalar is text, so that a name such as 0x0 or off stays what it is. */
  readonly fields: ReadonlyMap<unknown, unknown>;
  /** What is wrong with the row as such: it is no map. */
  readonly problem: string | null;
}

/**
 * The rows of a YAML file that consists of the given sections, each a list of maps. Throws when the file is no YAML, has a
 * key twice, or its sections are not these.
 */
export function yamlRows<Section extends string>(
  file: string,
  text: string,
  sections: readonly Section[],
): (section: Section) => readonly Row[] {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    lineCounter: lines,
  });
  const [error] = document.errors;
  if (error !== undefined)
    throw new Error(`${file} line ${lines.linePos(error.pos[0]).line}: ${error.message}`);
  const items = isMap(document.contents) ? document.contents.items : [];
  const lists = new Map(
    items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', value] as const),
  );
  if (lists.size !== sections.length || sections.some((section) => !isSeq(lists.get(section)))) {
    const found = [...lists.keys()].join(', ') || 'none';
    throw new Error(
      `${file}: has the sections ${found}; it needs ${sections.join(', ')}, as lists`,
    );
  }
  return (section) => {
    const list = lists.get(section);
    if (!isSeq(list)) return [];
    return list.items.map((item, at) => {
      const start = isMap(item) || isScalar(item) || isSeq(item) ? item.range[0] : undefined;
      const line = lines.linePos(start ?? 0).line;
      const value: unknown = isMap(item) ? item.toJS(document, { mapAsMap: true }) : null;
      return toRow(`${file} ${section} row ${at + 1} (line ${line}`, value);
    });
  };
}

function toRow(place: string, value: unknown): Row {
  if (!(value instanceof Map))
    return { where: `${place})`, fields: new Map(), problem: 'is no map; write key: value pairs' };
  const name: unknown = value.get('name') ?? value.get('id') ?? value.get('extension');
  const where = typeof name === 'string' ? `${place}, ${name})` : `${place})`;
  return { where, fields: value, problem: null };
}
