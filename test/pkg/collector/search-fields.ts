/** The names of fields in searches, by language. Columns that a search makes itself have no dot in their names. */

const DOTTED = /(?<![\w.])[a-z_]\w*(?:\.\w+)+/g;

/** ES|QL: paths of members, and `@timestamp`. */
export function fieldsOfEsql(text: string): readonly string[] {
  return dotted(
    text
      .replaceAll(/^\s*\/\/.*$/gm, '')
      .replace(/^FROM .*$/m, '')
      .replaceAll(/"[^"]*"/g, '""'),
  );
}

/** PPL of OpenSearch. */
export function fieldsOfPpl(text: string): readonly string[] {
  return dotted(text.replace(/^source = .*$/m, '').replaceAll(/'[^']*'/g, "''"));
}

/** KQL of Sentinel: paths below the column `Finding`. */
export function fieldsOfKql(text: string): readonly string[] {
  const code = withoutKqlTexts(text);
  return distinct([...code.matchAll(/\bFinding\.((?:\w+\.)*\w+)/g)].map(([, path = '']) => path));
}

/** Columns of the table that a query of Sentinel names. */
export function columnsOfKql(text: string, columns: readonly string[]): readonly string[] {
  const code = withoutKqlTexts(text);
  return columns.filter((column) => new RegExp(`\\b${column}\\b`).test(code));
}

/** SPL: paths of members, and the names without a dot that a search compares, sorts or groups by and did not make itself. */
export function fieldsOfSpl(text: string): readonly string[] {
  const code = text.replaceAll(/"[^"]*"/g, '""');
  const made = new Set([
    ...[...code.matchAll(/\bas (\w+)/g)].map(([, name = '']) => name),
    ...[...code.matchAll(/\beval (\w+) =/g)].map(([, name = '']) => name),
    '_time',
  ]);
  const [first = '', ...commands] = code.split('|').map((command) => command.trim());
  const compared = [...first.matchAll(/([\w.]+)=/g)].map(([, name = '']) => name);
  const listed = commands.flatMap((command) => {
    const list = /^(?:table|dedup|sort|fields|fillnull) (.*)$/.exec(command)?.[1] ?? '';
    const groups = /\bby (.*)$/.exec(command)?.[1] ?? '';
    return `${list} ${groups}`.split(/[\s,]+/).filter((word) => /^[a-z_][\w.]*$/.test(word));
  });
  const quoted = [...code.matchAll(/'([\w.]+)'/g)].map(([, name = '']) => name);
  const own = new Set(['index', 'sourcetype', 'value', 'unknown']);
  return distinct([...compared, ...listed, ...quoted, ...dotted(code)]).filter(
    (name) => !made.has(name) && !own.has(name),
  );
}

function withoutKqlTexts(text: string): string {
  return text.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/"[^"]*"/g, '""');
}

function dotted(code: string): readonly string[] {
  const time = code.includes('@timestamp') ? ['@timestamp'] : [];
  return distinct([...time, ...[...code.matchAll(DOTTED)].map(([path]) => path)]);
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
