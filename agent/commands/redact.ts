import { randomBytes } from 'node:crypto';
import { LineSplitter } from '../../collectors/endpoint-security/lines.ts';
import { asObject, asText, asTexts } from '../../collectors/untrusted.ts';
import { InputError } from '../knowledge.ts';
import { type JsonMember, membersAt, withReplacements } from '../redaction/json-members.ts';
import type { RedactionMode } from '../redaction/mode.ts';
import { Redactor } from '../redaction/redactor.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { readKeyFile } from './key-file.ts';
import { readTables } from './secret-tables.ts';
import type { Output } from './terminal.ts';

export interface RedactOptions {
  readonly mode: RedactionMode['kind'];
  /** Key of the mode `hash`; without it a random one, so that placeholders compare within one run only. */
  readonly keyFile?: string;
}

/**
 * `spillwatch redact`: NDJSON objects with any of `argv`, `env`, `url` and `text` in, the same objects without secrets out.
 * Other keys stay as they are, and so does `null`. A line that cannot be read is counted and not printed: what is in it
 * cannot be told. The counts go to stderr. Exit 1 when a line was left out.
 */
export async function redact(
  options: RedactOptions,
  output: Output,
  input: AsyncIterable<unknown> = process.stdin,
): Promise<ExitCode> {
  let redactor: Redactor;
  try {
    redactor = new Redactor(modeOf(options), readTables());
  } catch (error) {
    return refused(error, output);
  }
  let printed = 0;
  let bad = 0;
  const lines = new LineSplitter({
    line: (text) => {
      const redacted = redactLine(text, redactor);
      if (redacted === null) bad += 1;
      else {
        printed += 1;
        output.out(`${redacted}\n`);
      }
    },
    fault: () => {
      bad += 1;
    },
  });
  for await (const chunk of input) if (Buffer.isBuffer(chunk)) lines.push(chunk);
  lines.end();
  output.err(`lines=${printed} redactions=${redactor.count} unreadable=${bad}\n`);
  if (bad === 0) return EXIT.done;
  output.err(
    `${bad} lines could not be read and were left out; each must be a JSON object with argv (list of texts), env (object of texts, or list of NAME=value), url or text\n`,
  );
  return EXIT.unreadable;
}

function modeOf({ mode, keyFile }: RedactOptions): RedactionMode {
  if (keyFile !== undefined && mode !== 'hash')
    throw new InputError(`${keyFile}: is of no use in the mode ${mode}; add --mode hash`);
  if (mode !== 'hash') return { kind: mode };
  return { kind: 'hash', key: keyFile === undefined ? randomBytes(32) : readKeyFile(keyFile) };
}

/** The line without secrets, `null` when it cannot be read. Numbers and the order of keys stay as they are written. */
function redactLine(line: string, redactor: Redactor): string | null {
  const text = line.startsWith('\uFEFF') ? line.slice(1) : line;
  if (!asObject(parsed(text))) return null;
  const replacements: (readonly [JsonMember, string])[] = [];
  for (const member of membersAt(text, 0)) {
    if (!REDACTED_KEYS.has(member.key)) continue;
    const hidden = redactMember(member.key, text.slice(member.start, member.end), redactor);
    if (hidden === null) return null;
    replacements.push([member, hidden]);
  }
  return withReplacements(text, replacements);
}

const REDACTED_KEYS: ReadonlySet<string> = new Set(['argv', 'env', 'url', 'text']);

/** The JSON of a value without secrets; `null` when it is not of the type that the key has. */
function redactMember(key: string, json: string, redactor: Redactor): string | null {
  const value = parsed(json);
  if (value === null) return json;
  if (key === 'argv') {
    const argv = asTexts(value);
    return argv && JSON.stringify(redactor.redactArguments(argv));
  }
  if (key === 'env') return redactEnvironment(json, redactor);
  const text = asText(value);
  if (text === null) return null;
  return JSON.stringify(key === 'url' ? redactor.redactUrl(text) : redactor.redactText(text));
}

function redactEnvironment(json: string, redactor: Redactor): string | null {
  const given = parsed(json);
  // As Endpoint Security writes it.
  const list = asTexts(given);
  if (list) return JSON.stringify(redactor.redactAssignments(list));
  if (!asObject(given)) return null;
  const environment = new Map<string, string>();
  for (const { key, start, end } of membersAt(json, 0)) {
    const value = asText(parsed(json.slice(start, end)));
    if (value === null) return null;
    environment.set(key, value);
  }
  const members = [...redactor.redactEnvironment(environment)].map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${members.join(',')}}`;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
