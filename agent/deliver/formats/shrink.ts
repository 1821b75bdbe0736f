import {
  asArray,
  asInteger,
  asObject,
  type JsonObject,
  own,
} from '../../../collectors/untrusted.ts';
import type { Format } from '../transport.ts';
import { cutText, FEW_EVIDENCES, FEW_FILES, keepEnds } from './ocsf-bounds.ts';

/** Characters of a text that stay when nothing else is left to cut. */
const CHARS_KEPT = 256;

/** Where the formats hold the OCSF document. */
const OCSF_KEYS: ReadonlyMap<Format, string> = new Map([
  ['ecs', 'ocsf'],
  ['splunk', 'event'],
]);

/**
 * A smaller body for a receiver that finds this one too large; `null` when nothing can be cut any more. First go the middle of
 * evidences and of paths, observables, and the status report of a heartbeat; the next time, long texts are cut. A cut OCSF
 * document stays valid, has `metadata.is_truncated`, and says in `unmapped` how many things are missing.
 */
export function shrink(body: string, format: Format): string | null {
  const document = parse(body);
  if (document === null) return null;
  for (const cut of [cutLists, cutTexts]) {
    const smaller = JSON.stringify(cut(document, format));
    if (Buffer.byteLength(smaller) < Buffer.byteLength(body)) return smaller;
  }
  return null;
}

/** `null` for a body that is none of ours: it must not stop the others. */
function parse(body: string): JsonObject | null {
  try {
    return asObject(JSON.parse(body));
  } catch {
    return null;
  }
}

/** The document itself when there is nothing to cut. */
function cutLists(document: JsonObject, format: Format): JsonObject {
  if (format === 'summary') {
    const { summary, left } = cutFiles(document);
    return left === 0
      ? document
      : { ...summary, filesOmitted: left + countOf(document, 'filesOmitted') };
  }
  return withOcsf(document, format, (ocsf) => {
    const evidences = asArray(own(ocsf, 'evidences')) ?? [];
    const observables = asArray(own(ocsf, 'observables')) ?? [];
    const unmapped = asObject(own(ocsf, 'unmapped')) ?? {};
    const { summary, left: files } = cutFiles(asObject(own(unmapped, 'spillwatch')) ?? {});
    const steps = Math.max(0, evidences.length - FEW_EVIDENCES);
    const reports = Object.hasOwn(unmapped, 'report') ? 1 : 0;
    if (steps + observables.length + files + reports === 0) return ocsf;
    const rest = Object.fromEntries(Object.entries(unmapped).filter(([key]) => key !== 'report'));
    const cut = {
      ...ocsf,
      ...(steps > 0 && { evidences: keepEnds(evidences, FEW_EVIDENCES) }),
      ...(observables.length > 0 && { observables: [] }),
      unmapped: { ...rest, spillwatch: summary },
    };
    return truncated(cut, {
      stepsOmitted: steps,
      filesOmitted: files,
      observablesOmitted: observables.length,
      reportOmitted: reports,
    });
  });
}

/** Leaves the first and the last paths in a summary. */
function cutFiles(summary: JsonObject): { readonly summary: JsonObject; readonly left: number } {
  const files = asArray(own(summary, 'files')) ?? [];
  const left = Math.max(0, files.length - FEW_FILES);
  return left === 0
    ? { summary, left }
    : { summary: { ...summary, files: keepEnds(files, FEW_FILES) }, left };
}

/** The document itself when all texts are short. */
function cutTexts(document: JsonObject, format: Format): JsonObject {
  let texts = 0;
  const shorten = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (value.length > CHARS_KEPT) texts += 1;
      return cutText(value, CHARS_KEPT);
    }
    if (Array.isArray(value)) return value.map(shorten);
    const object = asObject(value);
    return object === null ? value : shortenAll(object);
  };
  const shortenAll = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, shorten(value)]));

  const short = shortenAll(document);
  if (texts === 0) return document;
  return format === 'summary'
    ? short
    : withOcsf(short, format, (ocsf) => truncated(ocsf, { textsCut: texts }));
}

function withOcsf(
  document: JsonObject,
  format: Format,
  change: (ocsf: JsonObject) => JsonObject,
): JsonObject {
  const key = OCSF_KEYS.get(format);
  if (key === undefined) return change(document);
  const ocsf = asObject(own(document, key));
  return ocsf === null ? document : { ...document, [key]: change(ocsf) };
}

/** Marks an OCSF document, and adds what is missing to the counts that it has. */
function truncated(ocsf: JsonObject, counts: Readonly<Record<string, number>>): JsonObject {
  const unmapped = asObject(own(ocsf, 'unmapped')) ?? {};
  const added = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([key, count]) => [key, countOf(unmapped, key) + count] as const);
  return {
    ...ocsf,
    metadata: { ...asObject(own(ocsf, 'metadata')), is_truncated: true },
    unmapped: { ...unmapped, ...Object.fromEntries(added) },
  };
}

function countOf(object: JsonObject, key: string): number {
  return asInteger(own(object, key)) ?? 0;
}
