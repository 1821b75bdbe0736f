import * as fc from 'fast-check';
import parseLoosely from 'nsyslog-parser';
import { describe, expect, it } from 'vitest';
import { toDetectionFinding } from '../../../../agent/deliver/formats/ocsf.ts';
import { ITEM_KINDS } from '../../../../agent/deliver/item.ts';
import { toSyslogMessage } from '../../../../agent/deliver/transports/syslog-message.ts';
import { SEVERITIES } from '../../../../rules/finding.ts';
import { UPLOAD } from '../formats/example-finding.ts';
import { itemOf } from '../items.ts';
import { parseStrictly } from './rfc5424.ts';

const BODY = JSON.stringify(toDetectionFinding(UPLOAD, { version: '0.1.0' }));
const FINDING = itemOf(1, { uid: UPLOAD.versionId, timeUs: UPLOAD.lastUs, body: BODY });

describe('a message of syslog', () => {
  it('holds the body as it is, behind a header of RFC 5424', () => {
    expect(toSyslogMessage(FINDING, 13, 'mac-17')).toBe(
      `<107>1 2026-10-14T07:31:35.123456Z mac-17 spillwatch - OCSF2004 ` +
        `[finding@32473 uid="0a8d5b1e-2b6f-4a53-8c1d-7f0e9d2c4b02" class="2004"] ${BODY}`,
    );
  });

  it('is read by another parser as it was meant', () => {
    const read = parseLoosely(toSyslogMessage(FINDING, 13, 'mac-17'), { fields: false });
    expect(read).toMatchObject({
      type: 'RFC5424',
      version: 1,
      facilityval: 13,
      levelval: 3,
      host: 'mac-17',
      appName: 'spillwatch',
      pid: '-',
      messageid: 'OCSF2004',
      ts: new Date('2026-10-14T07:31:35.123Z'),
      structuredData: [{ $id: 'finding@32473', uid: UPLOAD.versionId, class: '2004' }],
    });
    expect(JSON.parse(read.message)).toEqual(JSON.parse(BODY));
  });

  it('says how bad it is in the words of syslog', () => {
    const numbers = SEVERITIES.map((severity) => {
      const { facility, severity: number } = parseStrictly(
        toSyslogMessage(itemOf(1, { severity }), 16, 'mac-17'),
      );
      return [facility, number];
    });
    expect(numbers).toEqual([
      [16, 6],
      [16, 5],
      [16, 4],
      [16, 3],
      [16, 2],
    ]);
  });

  it('tells findings from what the agent says of itself', () => {
    const ids = ITEM_KINDS.map((kind) => {
      const { id, structuredData } = parseStrictly(
        toSyslogMessage(itemOf(7, { kind }), 13, 'mac-17'),
      );
      return `${id} ${structuredData}`;
    });
    expect(ids).toEqual([
      'OCSF2004 [finding@32473 uid="uid-7" class="2004"]',
      'OCSF6008 [health@32473 uid="uid-7" class="6008"]',
      'OCSF6002 [heartbeat@32473 uid="uid-7" class="6002"]',
      'OCSF2004 [flood@32473 uid="uid-7" class="2004"]',
      'OCSF2004 [test@32473 uid="uid-7" class="2004"]',
    ]);
  });

  it('escapes what would end a value', () => {
    const message = toSyslogMessage(itemOf(1, { uid: String.raw`a"b\c]d` + '\n' }), 13, 'mac-17');
    expect(parseStrictly(message).structuredData).toBe(
      String.raw`[finding@32473 uid="a\"b\\c\]d?" class="2004"]`,
    );
  });

  it.each(['', 'Marias Mac', 'büro', 'a\nb', 'x'.repeat(256)])(
    'names no host that syslog could not carry: %j',
    (name) => {
      expect(parseStrictly(toSyslogMessage(FINDING, 13, name)).host).toBe('-');
    },
  );

  it('names no time that is none', () => {
    const message = toSyslogMessage(itemOf(1, { timeUs: Number.NaN }), 13, 'mac-17');
    expect(parseStrictly(message).time).toBe('-');
  });

  it('has no byte order mark, on which a JSON parser would stumble', () => {
    expect(parseStrictly(toSyslogMessage(FINDING, 13, 'mac-17')).body).toBe(BODY);
  });

  it('is one line of RFC 5424 whatever the texts in it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.integer({ min: 0, max: 23 }),
        (uid, host, value, facility) => {
          const body = JSON.stringify({ value });
          const message = toSyslogMessage(itemOf(1, { uid, body }), facility, host);
          const read = parseStrictly(message);
          expect(read).toMatchObject({ facility, body, id: 'OCSF2004' });
          expect(message).not.toMatch(/[\n\r]/);
          expect(read.structuredData).toMatch(/^\[finding@32473 uid=".*" class="2004"\]$/su);
        },
      ),
    );
  });
});
