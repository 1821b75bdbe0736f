/** A strict reader of RFC 5424, section 6: the ABNF as one expression, and nothing beside it. */
export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  readonly time: string;
  readonly host: string;
  readonly application: string;
  readonly process: string;
  readonly id: string;
  readonly structuredData: string;
  readonly body: string;
}

const PRINTABLE = '[\\x21-\\x7e]';
const SD_NAME = '[\\x21\\x23-\\x3c\\x3e-\\x5c\\x5e-\\x7e]{1,32}';
const SD_PARAM = `${SD_NAME}="(?:[^"\\\\\\]]|\\\\["\\\\\\]])*"`;
const SD_ELEMENT = `\\[${SD_NAME}(?: ${SD_PARAM})*\\]`;
const DATE = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const TIME =
  '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const MESSAGE = new RegExp(
  `^<(0|[1-9]\\d{0,2})>1 (-|${DATE}T${TIME}) (-|${PRINTABLE}{1,255}) (-|${PRINTABLE}{1,48}) ` +
    `(-|${PRINTABLE}{1,128}) (-|${PRINTABLE}{1,32}) (-|(?:${SD_ELEMENT})+)(?: (.*))?$`,
  'su',
);

/** Throws for what is no message of RFC 5424. */
export function parseStrictly(text: string): SyslogMessage {
  const match = MESSAGE.exec(text);
  if (match === null || Number(match[1]) > 191) throw new Error(`no RFC 5424: ${text}`);
  const [, priority, time, host, application, process, id, structuredData, body] = match;
  return {
    facility: Math.floor(Number(priority) / 8),
    severity: Number(priority) % 8,
    time: time!,
    host: host!,
    application: application!,
    process: process!,
    id: id!,
    structuredData: structuredData!,
    body: body ?? '',
  };
}
