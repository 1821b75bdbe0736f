/**
 * What the outbox calls: events become bodies here. The same event gives the same bytes.
 *
 * A body is one line of JSON with at most `MAX_BODY_BYTES`: texts are cut where they are mapped, lists have their bounds, of
 * heavy findings only few steps and paths are written (`heavy.ts`), and what is larger all the same goes through `shrink`
 * until it fits, whose last step leaves a third of it at most.
 */
import type { Finding } from '../../../rules/finding.ts';
import type { Item } from '../item.ts';
import type { Format } from '../transport.ts';
import { addressOf } from './address.ts';
import { toEcs } from './ecs.ts';
import { toOwnEcs } from './ecs-own.ts';
import { isHeavy } from './heavy.ts';
import { FEW_FILES, keepEnds } from './ocsf-bounds.ts';
import { type OcsfEvent, toOcsf } from './ocsf-event.ts';
import type { Outgoing } from './outgoing.ts';
import { toOwnSummary } from './own-summary.ts';
import type { Sender } from './sender.ts';
import { shrink } from './shrink.ts';
import { toSplunk } from './splunk.ts';
import { type Summary, toSummary } from './summary.ts';

export type { Outgoing, Sender };

/** What goes out, as the outbox keeps it. */
export type Encoded = Omit<Item, 'id'>;

export const MAX_BODY_BYTES = 1_048_576;

/** Writes one event in one format; throws a `RangeError` when a time of it is not a safe integer. */
export function encode(outgoing: Outgoing, format: Format, sender: Sender): Encoded {
  return encoderOf(outgoing, sender)(format);
}

/** Writes one event in as many formats as are asked for; the OCSF document that most of them hold is made once. */
export function encoderOf(outgoing: Outgoing, sender: Sender): (format: Format) => Encoded {
  const address = addressOf(outgoing, sender.host.id);
  const bodies = new Map<Format, string>();
  let event: OcsfEvent | null = null;

  function documentOf(format: Format): object {
    if (format === 'summary')
      return outgoing.kind === 'finding'
        ? summaryOf(outgoing.finding)
        : toOwnSummary(outgoing, sender);
    event ??= toOcsf(outgoing, address, sender);
    switch (format) {
      case 'ocsf':
        return event.ocsf;
      case 'ecs':
        return event.kind === 'finding' ? toEcs(event.ocsf) : toOwnEcs(event);
      case 'splunk':
        return toSplunk(event);
    }
  }

  return (format) => {
    const body = bodies.get(format) ?? fitting(JSON.stringify(documentOf(format)), format);
    bodies.set(format, body);
    return { ...address, body };
  };
}

/** The summary; one with heavy paths has few of them, and says how many are missing. */
function summaryOf(finding: Finding): Summary & { readonly filesOmitted?: number } {
  const files = keepEnds(finding.files, FEW_FILES);
  const filesOmitted = finding.files.length - files.length;
  return filesOmitted > 0 && isHeavy({ steps: [], files: finding.files })
    ? { ...toSummary({ ...finding, files }), filesOmitted }
    : toSummary(finding);
}

function fitting(body: string, format: Format): string {
  let fits = body;
  while (Buffer.byteLength(fits) > MAX_BODY_BYTES) {
    const smaller = shrink(fits, format);
    if (smaller === null) break;
    fits = smaller;
  }
  return fits;
}
