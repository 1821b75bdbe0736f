import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE_FOLDER } from '../resources.ts';
import type { Provenance } from './catalogue.ts';
import { type RowFields, readRows } from './row-fields.ts';
import { yamlRows } from './yaml-rows.ts';

/** What the value of an option holds. */
export type OptionMeaning =
  | 'secret'
  | 'joined-secret'
  | 'login'
  | 'bare-login'
  | 'header'
  | 'cookie'
  | 'source'
  | 'secret-pair'
  | 'plain'
  | 'switch'
  | 'file-pair'
  | 'other';

/** How a program's arguments hold secrets; the keys are explained in `redaction.yml`. */
export interface SecretTool extends Provenance {
  readonly name: string;
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  readonly options: ReadonlyMap<string, OptionMeaning>;
  readonly loginSign: string;
  /** Option to the number of words behind it that stay. */
  readonly restOptions: ReadonlyMap<string, number>;
  /** Operands behind the verbs that stay, `null` when none is a secret. */
  readonly secretsFrom: number | null;
  /** Letter of short options with which the last operand is a secret. */
  readonly lastWith: string | null;
  /** In lower case. */
  readonly secretWords: ReadonlySet<string>;
  /** In lower case. */
  readonly slashOptions: ReadonlySet<string>;
  /** In lower case. */
  readonly tokenWords: ReadonlySet<string>;
  readonly inputWords: ReadonlySet<string>;
  readonly hasSecretInput: boolean;
  readonly hasLongOptions: boolean;
  readonly hasNamedOperands: boolean;
  readonly hasPairOperands: boolean;
  readonly hasFirstLogin: boolean;
  readonly hasBareLogins: boolean;
  readonly hasRequestItems: boolean;
}

/** A program that starts another one, which its arguments name. */
export interface Wrapper extends Provenance {
  readonly name: string;
  readonly names: readonly string[];
  readonly verbs: readonly string[];
  readonly valueOptions: ReadonlySet<string>;
  readonly operands: number;
  readonly markers: ReadonlySet<string>;
  /** Letters of options whose value is shell text; `-` for the operands; empty for none. */
  readonly scriptOptions: string;
}

/** The tables of `redaction.yml`. */
export interface SecretTables {
  readonly tools: ReadonlyMap<string, readonly SecretTool[]>;
  readonly wrappers: ReadonlyMap<string, readonly Wrapper[]>;
  /** One line for each faulty row, which is left out. */
  readonly problems: readonly string[];
}

/** Reads `redaction.yml` of a folder. Throws when it cannot be read or is no YAML of these sections. */
export function loadSecretTables(directory: string = CATALOGUE_FOLDER): SecretTables {
  const path = join(directory, 'redaction.yml');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot read the catalogue file ${path} (${reason}); install the agent again`, {
      cause,
    });
  }
  return readSecretTables('redaction.yml', text);
}

/** Reads the text of `redaction.yml`; a faulty row costs only itself. */
export function readSecretTables(file: string, text: string): SecretTables {
  const problems: string[] = [];
  const sections = yamlRows(file, text, ['tools', 'wrappers']);
  const tools = readRows(sections('tools'), problems, readTool, ({ name }) => name);
  const wrappers = readRows(sections('wrappers'), problems, readWrapper, ({ name }) => name);
  return { tools: byName(tools), wrappers: byName(wrappers), problems };
}

const MEANINGS = [
  ['valueOptions', 'other'],
  ['secretOptions', 'secret'],
  ['joinedOptions', 'joined-secret'],
  ['loginOptions', 'login'],
  ['bareLoginOptions', 'bare-login'],
  ['headerOptions', 'header'],
  ['cookieOptions', 'cookie'],
  ['sourceOptions', 'source'],
  ['pairOptions', 'secret-pair'],
  ['plainOptions', 'plain'],
  ['switches', 'switch'],
  ['fileOptions', 'file-pair'],
] as const satisfies readonly (readonly [string, OptionMeaning])[];

function readTool(fields: RowFields): SecretTool {
  const options = new Map<string, OptionMeaning>();
  for (const [key, meaning] of MEANINGS)
    for (const option of fields.texts(key)) options.set(option, meaning);
  for (const option of options.keys())
    if (!/^-[^\s=]+$/.test(option)) fields.fault(`${option} is no option; begin it with -`);
  const restOptions = new Map(
    [...fields.textMap('restOptions')].map(
      ([option, words]) => [option, countOf(fields, 'restOptions', words)] as const,
    ),
  );
  const secretsFrom = fields.optionalText('secretsFrom');
  const tool: SecretTool = {
    name: fields.text('name'),
    names: namesOf(fields),
    verbs: fields.texts('verbs'),
    options,
    loginSign: fields.optionalText('loginSign') ?? ':',
    restOptions,
    secretsFrom: secretsFrom === null ? null : countOf(fields, 'secretsFrom', secretsFrom),
    lastWith: fields.optionalText('lastWith'),
    secretWords: new Set(fields.texts('secretWords')),
    slashOptions: new Set(fields.texts('slashOptions')),
    tokenWords: new Set(fields.texts('tokenWords')),
    inputWords: new Set(fields.texts('inputWords')),
    hasSecretInput: fields.flag('hasSecretInput'),
    hasLongOptions: fields.flag('hasLongOptions'),
    hasNamedOperands: fields.flag('hasNamedOperands'),
    hasPairOperands: fields.flag('hasPairOperands'),
    hasFirstLogin: fields.flag('hasFirstLogin'),
    hasBareLogins: fields.flag('hasBareLogins'),
    hasRequestItems: fields.flag('hasRequestItems'),
    ...fields.provenance(),
  };
  return tool;
}

function readWrapper(fields: RowFields): Wrapper {
  return {
    name: fields.text('name'),
    names: namesOf(fields),
    verbs: fields.texts('verbs'),
    valueOptions: new Set(fields.texts('valueOptions')),
    operands: countOf(fields, 'operands', fields.optionalText('operands') ?? '0'),
    markers: new Set(fields.texts('markers')),
    scriptOptions: fields.optionalText('scriptOptions') ?? '',
    ...fields.provenance(),
  };
}

function namesOf(fields: RowFields): readonly string[] {
  const names = fields.texts('names');
  if (names.length === 0) fields.fault('names is empty; name the executable');
  return names;
}

function countOf(fields: RowFields, key: string, text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  fields.fault(`${key} must be a whole number below 100`);
  return 0;
}

function byName<T extends { readonly names: readonly string[] }>(
  rows: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    for (const name of row.names) {
      const rest = found.get(name);
      if (rest) rest.push(row);
      else found.set(name, [row]);
    }
  }
  return found;
}
