/** Most parts of a glob; curl refuses more (`GLOB_PATTERN_NUM`). */
const MAX_PARTS = 100;

const RANGE = /\[(?:([a-z])-([a-z])|(\d+)-(\d+))(?::(\d+))?\]/iy;

/**
 * The names that curl makes of the value of `-T` (curl(1), `--upload-file`): `{a,b}` stands for each of its members,
 * `[1-9:2]` and `[a-z]` for each number and letter. The first `limit` of them; what curl would refuse is a name as it is.
 */
export function expandGlob(glob: string, limit: number): readonly string[] {
  const parts = partsOf(glob, limit);
  if (!parts) return [glob];
  let names = [''];
  for (const part of parts)
    names = names.flatMap((name) => part.map((member) => name + member)).slice(0, limit);
  return names;
}

/** The members of each part, at most `limit` a part; `null` when the text is no glob. */
function partsOf(glob: string, limit: number): readonly (readonly string[])[] | null {
  const parts: (readonly string[])[] = [];
  let plain = '';
  for (let at = 0; at < glob.length; ) {
    const sign = glob[at] ?? '';
    const isPlain = !'{}[]'.includes(sign);
    if (isPlain || glob.startsWith('[]', at)) {
      const isEscape = sign === '\\' && '{}[]'.includes(glob[at + 1] ?? ' ');
      const length = isPlain && !isEscape ? 1 : 2;
      plain += glob.slice(isEscape ? at + 1 : at, at + length);
      at += length;
      continue;
    }
    const part = sign === '{' ? setAt(glob, at) : rangeAt(glob, at, limit);
    if (!part || parts.length >= MAX_PARTS) return null;
    parts.push([plain], part.members);
    plain = '';
    at = part.end;
  }
  return [...parts, [plain]];
}

interface Part {
  readonly members: readonly string[];
  /** Where the glob goes on. */
  readonly end: number;
}

/** In a set a backslash stands before any character. */
function setAt(glob: string, start: number): Part | null {
  const members: string[] = [];
  let member = '';
  for (let at = start + 1; at < glob.length; at += 1) {
    const sign = glob[at] ?? '';
    if (sign === '{' || sign === '[' || sign === ']') return null;
    if (sign === '}') {
      const isEmpty = at === start + 1;
      return isEmpty ? null : { members: [...members, member], end: at + 1 };
    }
    if (sign === ',') {
      members.push(member);
      member = '';
      continue;
    }
    if (sign === '\\' && at + 1 < glob.length) at += 1;
    member += glob[at] ?? '';
  }
  return null;
}

function rangeAt(glob: string, start: number, limit: number): Part | null {
  RANGE.lastIndex = start;
  const match = RANGE.exec(glob);
  if (!match) return null;
  const [text, firstLetter, lastLetter, firstNumber = '', lastNumber = '', step = '1'] = match;
  const isOfLetters = firstLetter !== undefined && lastLetter !== undefined;
  const first = isOfLetters ? firstLetter.charCodeAt(0) : Number(firstNumber);
  const last = isOfLetters ? lastLetter.charCodeAt(0) : Number(lastNumber);
  const by = Number(step);
  const isStep = by > 0 && by <= Math.max(last - first, 1);
  if (first > last || !isStep || !Number.isSafeInteger(last)) return null;
  const width = firstNumber.startsWith('0') ? firstNumber.length : 0;
  const members: string[] = [];
  for (let value = first; value <= last && members.length < limit; value += by)
    members.push(isOfLetters ? String.fromCharCode(value) : String(value).padStart(width, '0'));
  return { members, end: start + text.length };
}
