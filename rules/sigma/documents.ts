import type { Document } from 'yaml';
import { parseAllDocuments } from 'yaml';

/** One document of a YAML text. Maps are `Map`s; an empty document has the value `null`. */
export type YamlDocument =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'broken'; readonly message: string };

/** `yes` and dates stay text, and a tag that is not of JSON is a warning. */
const YAML_OPTIONS = {
  version: '1.2',
  schema: 'core',
  uniqueKeys: true,
  resolveKnownTags: false,
} as const;

/** Reads all documents of a text as YAML 1.2; `null` when they are nested too deeply to be read at all. */
export function readDocuments(text: string): readonly YamlDocument[] | null {
  try {
    const documents = parseAllDocuments(text, YAML_OPTIONS);
    return documents.map((document) => readDocument(document));
  } catch {
    return null;
  }
}

function readDocument(document: Document.Parsed): YamlDocument {
  // Warnings count: an unknown tag means that the value is not what its author wrote.
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    const [line = ''] = error.message.split('\n');
    return { kind: 'broken', message: line.replace(/:$/, '') };
  }
  if (document.directives.yaml.version !== '1.2')
    return { kind: 'broken', message: 'YAML 1.1 reads yes and no as booleans; use YAML 1.2' };
  try {
    const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES });
    return { kind: 'value', value };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'broken', message };
  }
}

/** Aliases of one document, expanded; more are an attempt to fill the memory. */
const MAX_ALIASES = 100;
