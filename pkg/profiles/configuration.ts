import { isDeepStrictEqual } from 'node:util';
import { build, type PlistValue, parse } from 'plist';
import { isRecord } from '../../agent/config/value-checks.ts';
import { describeConfigProblem, readLayers } from '../../agent/config.ts';
import { readDestinations } from '../../agent/deliver/destination.ts';
import { openSecrets } from './open-secrets.ts';

/** A configuration that can be pushed. */
export interface CheckedConfiguration {
  /** As written: what is left out keeps the value of the Mac's own file, or the default. */
  readonly settings: Readonly<Record<string, PlistValue>>;
  /** What to think about, one line each. */
  readonly doubts: readonly string[];
}

/** A parsed configuration file, or all that is wrong with it, one line each. */
export function checkConfiguration(
  document: unknown,
): CheckedConfiguration | { readonly faults: readonly string[] } {
  const { faults, doubts } = settingsFaults(document);
  if (faults.length > 0) return { faults };
  const settings = asPropertyList(document);
  return settings === null
    ? {
        faults: [
          'has a text that a property list cannot hold, with control characters; correct it',
        ],
      }
    : { settings, doubts };
}

/** What is wrong with settings that device management is to push: as `config check` says, and secrets. */
export function settingsFaults(document: unknown): {
  readonly faults: readonly string[];
  readonly doubts: readonly string[];
} {
  const { config, problems } = readLayers({ managed: document });
  const { refusals, doubts } = openSecrets(document);
  return {
    faults: [
      ...refusals,
      ...problems.map(describeConfigProblem),
      ...readDestinations(config.deliver).problems,
    ],
    doubts,
  };
}

/** The document when it comes back from a property list as it went in, else `null`. */
function asPropertyList(document: unknown): CheckedConfiguration['settings'] | null {
  if (!isPlain(document)) return null;
  try {
    return isDeepStrictEqual(structuredClone(parse(build(document))), structuredClone(document))
      ? document
      : null;
  } catch {
    return null;
  }
}

/** JSON without `null`, which property lists do not have. */
function isPlain(value: unknown): value is Record<string, PlistValue> {
  return isRecord(value) && Object.values(value).every(isValue);
}

function isValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isValue);
  return isRecord(value) ? isPlain(value) : value !== null;
}
