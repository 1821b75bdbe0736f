/**
 * Local files of a form field of curl (curl(1), `--form`): `name=@FILE,FILE` and `name=<FILE`, each with parameters behind
 * semicolons, of which `headers=@FILE` names a file too. A name with a comma, semicolon or blank at its end is quoted.
 */
export function formFiles(field: string): readonly string[] {
  const start = field.indexOf('=') + 1;
  if (start === 0) return [];
  const sign = field[start];
  const files: string[] = [];
  // Only files behind an @ are many.
  const ends = sign === '@' ? ';,' : ';';
  const isFile = sign === '@' || sign === '<';
  let at = isFile ? start + 1 : start;
  for (;;) {
    const word = wordAt(field, at, ends);
    if (isFile) files.push(word.text);
    at = word.end;
    while (field[at] === ';') at = parameterAt(field, at + 1, ends, files);
    if (field[at] !== ',') return files.filter((file) => file !== '');
    at += 1;
  }
}

interface Word {
  readonly text: string;
  readonly end: number;
}

const PARAMETER = /\s*(?:(headers=[@<])|(?:filename|headers|encoder|type)=)?/y;

/** Passes over one parameter and adds the file that it names. */
function parameterAt(field: string, start: number, ends: string, files: string[]): number {
  PARAMETER.lastIndex = start;
  const [before = '', namesFile] = PARAMETER.exec(field) ?? [];
  const value = wordAt(field, start + before.length, ends);
  if (namesFile !== undefined) files.push(value.text);
  return value.end;
}

/** A word in quotes, or up to one of `ends` without blanks around it. */
function wordAt(field: string, start: number, ends: string): Word {
  let from = start;
  while (/\s/.test(field[from] ?? '')) from += 1;
  const quoted = field[from] === '"' ? quotedAt(field, from) : null;
  const end = endAt(field, quoted?.end ?? from, ends);
  return { text: quoted?.text ?? field.slice(from, end).trimEnd(), end };
}

/** In quotes a backslash stands before a quote and before itself; `null` when they are not closed. */
function quotedAt(field: string, start: number): Word | null {
  let text = '';
  for (let at = start + 1; at < field.length; at += 1) {
    const sign = field[at] ?? '';
    if (sign === '"') return { text, end: at + 1 };
    if (sign === '\\' && '\\"'.includes(field[at + 1] ?? ' ')) at += 1;
    text += field[at] ?? '';
  }
  return null;
}

function endAt(field: string, start: number, ends: string): number {
  for (let at = start; at < field.length; at += 1) if (ends.includes(field[at] ?? '')) return at;
  return field.length;
}
