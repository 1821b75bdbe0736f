import { SEVERITIES, type Severity } from '../../rules/finding.ts';
import { Settings } from './settings.ts';
import type { Format, Surroundings, Transport, TransportType } from './transport.ts';
import { TRANSPORT_TYPES } from './transports/table.ts';

/** Where findings go, checked and ready to be opened. */
export interface Destination {
  /** Unique; names the destination in the outbox, in status and in messages. */
  readonly name: string;
  readonly type: string;
  readonly format: Format;
  /** Findings below it are not sent there. */
  readonly minimumSeverity: Severity;
  /** Whether heartbeats and health events go there too. */
  readonly takesHealth: boolean;
  readonly isBestEffort: boolean;
  /** Bounds of one batch; a single larger item goes alone. */
  readonly batch: { readonly maxItems: number; readonly maxBytes: number };
  /** Opens connections and reads credentials; throws a `SecretFileError`. */
  readonly open: (at: Surroundings) => Transport;
}

/** Most destinations; each costs rows of the outbox and connections. */
export const MAX_DESTINATIONS = 16;
/** Bounds of `batch`. */
const MAX_ITEMS = 5000;
const MAX_BATCH_BYTES = 8 * 1_048_576;

/**
 * The destinations of a `deliver` list. One with a fault is left out and described in `problems`, one line each; the others
 * are in force.
 */
export function readDestinations(list: unknown): {
  readonly destinations: readonly Destination[];
  readonly problems: readonly string[];
} {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  const problems: string[] = [];
  const destinations: Destination[] = [];
  for (const [index, item] of items.entries()) {
    const where = `deliver, item ${index + 1}`;
    if (destinations.length >= MAX_DESTINATIONS) {
      problems.push(`${where}: is left out; there are at most ${MAX_DESTINATIONS} destinations`);
      continue;
    }
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      problems.push(`${where}: must be an object with a type`);
      continue;
    }
    const settings = new Settings(item);
    const type = settings.text('type');
    const known = TRANSPORT_TYPES.get(type);
    if (known === undefined) {
      problems.push(`${where}: type must be one of ${[...TRANSPORT_TYPES.keys()].join(', ')}`);
      continue;
    }
    const destination = readDestination(settings, type, known);
    if (destinations.some(({ name }) => name === destination.name))
      settings.fault('name', `"${destination.name}" is taken; give each a name of its own`);
    for (const fault of settings.faults()) problems.push(`${where}: ${fault}`);
    if (settings.faults().length === 0) destinations.push(destination);
  }
  return { destinations, problems };
}

/** Reads the keys of one destination; what is wrong is noted in `settings`. */
export function readDestination(
  settings: Settings,
  type: string,
  known: TransportType,
): Destination {
  const name = settings.optionalText('name') ?? type;
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(name))
    settings.fault('name', 'must be 1 to 32 of a-z, 0-9 and -');
  const batch = settings.group('batch');
  return {
    name,
    type,
    format: settings.oneOf('format', known.formats, known.formats[0] ?? 'ocsf'),
    minimumSeverity: settings.oneOf('minimumSeverity', SEVERITIES, 'informational'),
    takesHealth: settings.yesOrNo('health', true),
    isBestEffort: known.isBestEffort,
    batch: {
      maxItems:
        batch?.number('maxItems', 1, MAX_ITEMS, known.batch.maxItems) ?? known.batch.maxItems,
      maxBytes:
        batch?.number('maxBytes', 1024, MAX_BATCH_BYTES, known.batch.maxBytes) ??
        known.batch.maxBytes,
    },
    open: known.read(settings),
  };
}
