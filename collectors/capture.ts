import { readHost } from './accounts/host.ts';
import type {
  DropReason,
  LostRecord,
  RecordOutput,
  SkipReason,
  SourceRecord,
} from './collector.ts';
import { LineSplitter } from './endpoint-security/lines.ts';
import { readMessage } from './endpoint-security/message.ts';
import { normalize } from './endpoint-security/normalize.ts';
import { OPENS_SOURCE } from './endpoint-security/opens.ts';
import type { CollectorName, Event } from './event.ts';
import { readFileChange } from './files/change.ts';
import { ConnectionDifference } from './network/difference.ts';
import { readResolverAnswers } from './network/resolver.ts';
import { readNetworkSample } from './network/sample.ts';
import { readProcessList } from './processes/list.ts';
import {
  asArray,
  asInteger,
  asObject,
  asText,
  asTimeUs,
  type JsonObject,
  own,
} from './untrusted.ts';

/**
 * Reads a capture: NDJSON of source records in order of arrival, each an Endpoint Security line exactly as the helper
 * wrote it or an envelope with a `source` (DESIGN section 6). The decoders are those of the live sources.
 */
export class CaptureReader {
  readonly #output: RecordOutput;
  readonly #difference: ConnectionDifference;
  readonly #lines: LineSplitter;

  /** `connections` is the `state` of a reader whose capture this one continues. */
  constructor(output: RecordOutput, connections: Iterable<string> = []) {
    this.#output = output;
    this.#difference = new ConnectionDifference(connections);
    this.#lines = new LineSplitter({
      line: (text) => this.#line(text),
      fault: (dropped) => output.lost({ collector: null, dropped, sequence: null }),
    });
  }

  push(chunk: Buffer): void {
    this.#lines.push(chunk);
  }

  /** Reads one line that somebody else has cut already. */
  line(text: string): void {
    this.#line(text);
  }

  end(): void {
    this.#lines.end();
  }

  /** Connections of the last network sample. */
  state(): readonly string[] {
    return this.#difference.state();
  }

  #line(text: string): void {
    const decoded = decodeLine(text, this.#difference);
    if ('dropped' in decoded) this.#output.lost(decoded);
    else this.#output.record(decoded);
  }
}

function decodeLine(text: string, difference: ConnectionDifference): SourceRecord | LostRecord {
  let value: unknown;
  try {
    // Editors put a byte order mark before the first line.
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return lost(null, 'bad-json');
  }
  const object = asObject(value);
  if (!object) return lost(null, 'not-an-object');
  if (asObject(own(object, 'event'))) return decodeMessage(object, text);
  const source = asText(own(object, 'source'));
  if (source === null) return lost(null, 'unknown-record');
  if (source === OPENS_SOURCE) return decodeOpens(object, text);
  return decodeEnvelope(source, object, difference);
}

function decodeMessage(object: JsonObject, text: string): SourceRecord | LostRecord {
  const message = readMessage(object, text);
  if (typeof message === 'string') {
    const sequence = asInteger(own(object, 'global_seq_num'));
    return { collector: 'endpoint-security', dropped: message, sequence };
  }
  const normalized = normalize(message);
  const skipped = typeof normalized === 'string' ? normalized : null;
  return {
    collector: 'endpoint-security',
    timeUs: message.timeUs,
    sequence: message.globalSequence,
    events: typeof normalized === 'string' ? [] : [normalized],
    skipped,
    badRows: 0,
  };
}

/** A message of the second run, whose numbers are its own. */
function decodeOpens(object: JsonObject, text: string): SourceRecord | LostRecord {
  const message = asObject(own(object, 'message'));
  if (!message || asTimeUs(own(object, 'time')) === null)
    return lost('endpoint-security', 'bad-shape');
  const opensSequence = asInteger(own(message, 'global_seq_num'));
  return { ...decodeMessage(message, text), sequence: null, opensSequence };
}

function decodeEnvelope(
  source: string,
  object: JsonObject,
  difference: ConnectionDifference,
): SourceRecord | LostRecord {
  const collector = ENVELOPES.get(source);
  const timeUs = asTimeUs(own(object, 'time'));
  if (source === MANIFEST_SOURCE) return record(null, timeUs ?? 0, [], 'manifest');
  if (collector === undefined) return record(null, timeUs ?? 0, [], 'unknown-source');
  if (timeUs === null) return lost(collector, 'bad-shape');
  const list = LISTS.get(collector);
  if (list !== undefined && asArray(own(object, list)) === null)
    return lost(collector, 'bad-shape');
  switch (collector) {
    case 'host': {
      const { event, badRows } = readHost(object, timeUs);
      // A list in which nothing can be read says nothing of the accounts there are.
      if (badRows > 0 && event.accounts.length === 0) return lost(collector, 'bad-shape');
      return record(collector, timeUs, [event], null, badRows);
    }
    case 'processes': {
      const { events, badRows } = readProcessList(object, timeUs);
      return record(collector, timeUs, events, null, badRows);
    }
    case 'network': {
      const { connections, badRows } = readNetworkSample(object, timeUs);
      return record(collector, timeUs, difference.next(connections), null, badRows);
    }
    case 'resolver': {
      const { events, badRows } = readResolverAnswers(object, timeUs);
      return record(collector, timeUs, events, null, badRows);
    }
    case 'files': {
      const event = readFileChange(object, timeUs);
      return event ? record(collector, timeUs, [event], null) : lost(collector, 'bad-shape');
    }
    case 'notice': {
      const about = asText(own(object, 'collector'));
      const code = asText(own(object, 'code'));
      if (about === null || code === null) return lost(collector, 'bad-shape');
      const detail = asText(own(object, 'detail')) ?? '';
      const notice = { kind: 'collector.notice', collector, timeUs, about, code, detail } as const;
      return record(collector, timeUs, [notice], null);
    }
  }
}

/** The last line of a recording: what the lines before it should be. It says nothing of the Mac. */
const MANIFEST_SOURCE = 'manifest';

const ENVELOPES: ReadonlyMap<string, Exclude<CollectorName, 'endpoint-security'>> = new Map([
  ['host', 'host'],
  ['processes', 'processes'],
  ['network', 'network'],
  ['files', 'files'],
  ['resolver', 'resolver'],
  ['notice', 'notice'],
]);

const LISTS: ReadonlyMap<CollectorName, string> = new Map([
  ['host', 'accounts'],
  ['processes', 'processes'],
  ['network', 'connections'],
  ['resolver', 'answers'],
]);

function record(
  collector: CollectorName | null,
  timeUs: number,
  events: readonly Event[],
  skipped: SkipReason | null,
  badRows = 0,
): SourceRecord {
  const nothing = events.length === 0 ? 'nothing-new' : null;
  return { collector, timeUs, sequence: null, events, skipped: skipped ?? nothing, badRows };
}

function lost(collector: CollectorName | null, dropped: DropReason): LostRecord {
  return { collector, dropped, sequence: null };
}
