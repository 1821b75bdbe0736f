/** An event as a message of syslog (RFC 5424): a header that any receiver can sort by, and the body as it was stored. */
import type { Severity } from '../../../rules/finding.ts';
import { toRfc3339 } from '../formats/time.ts';
import type { Item, ItemKind } from '../item.ts';

/** RFC 5424, table 2: smaller is worse. */
const SEVERITY_NUMBERS: Readonly<Record<Severity, number>> = {
  informational: 6,
  low: 5,
  medium: 4,
  high: 3,
  critical: 2,
};

/** The class of OCSF that such an event has, or would have: it names the type of the message for the receiver. */
const CLASSES: Readonly<Record<ItemKind, number>> = {
  finding: 2004,
  flood: 2004,
  test: 2004,
  health: 6008,
  heartbeat: 6002,
};

/** The number that RFC 5612 reserves for examples: the project has none of its own. */
const ENTERPRISE = 32_473;
/** What RFC 5424 writes for a value that is not known. */
const NIL = '-';

/**
 * The message without framing. There is no byte order mark before the body, although RFC 5424 wants one: rsyslog's JSON
 * parser fails on it. Besides the body it holds no line end.
 */
export function toSyslogMessage(item: Item, facility: number, hostName: string): string {
  const priority = facility * 8 + SEVERITY_NUMBERS[item.severity];
  const host = /^[\x21-\x7e]{1,255}$/.test(hostName) ? hostName : NIL;
  const time = Number.isSafeInteger(item.timeUs) ? toRfc3339(item.timeUs) : NIL;
  const header = `<${priority}>1 ${time} ${host} spillwatch ${NIL} OCSF${CLASSES[item.kind]}`;
  return `${header} ${structuredData(item)} ${item.body}`;
}

function structuredData({ kind, uid }: Item): string {
  return `[${kind}@${ENTERPRISE} uid="${parameter(uid)}" class="${CLASSES[kind]}"]`;
}

/** RFC 5424 section 6.3.3; control characters, which it would allow, could end a frame. */
function parameter(text: string): string {
  // oxlint-disable-next-line no-control-regex -- as above
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, '?').replaceAll(/["\\\]]/g, String.raw`\$&`);
}
