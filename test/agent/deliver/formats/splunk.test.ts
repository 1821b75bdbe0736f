import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import type { Outgoing } from '../../../../agent/deliver/formats/outgoing.ts';
import type { SplunkEnvelope } from '../../../../agent/deliver/formats/splunk.ts';
import { type Finding, SEVERITIES } from '../../../../rules/finding.ts';
import { arbitraryOutgoing } from './arbitrary-outgoing.ts';
import { UPLOAD } from './example-finding.ts';
import { EXAMPLES, SENDER } from './example-outgoing.ts';

function envelope(outgoing: Outgoing): SplunkEnvelope {
  return JSON.parse(encode(outgoing, 'splunk', SENDER).body) as SplunkEnvelope;
}

/** The first time in a text. */
function firstTime(text: string): number {
  return Number(/"time":(-?[\d.]+)/.exec(text)?.[1]);
}

function ofFinding(changes: Partial<Finding> = {}): SplunkEnvelope {
  return envelope({ kind: 'finding', finding: { ...UPLOAD, ...changes } });
}

describe('the envelope of the HTTP Event Collector', () => {
  it.each(Object.values(EXAMPLES))('of a $kind holds the OCSF document as it is', (outgoing) => {
    expect(JSON.stringify(envelope(outgoing).event)).toBe(encode(outgoing, 'ocsf', SENDER).body);
  });

  it('says when, in seconds with milliseconds, where and what', () => {
    expect(ofFinding()).toMatchObject({
      time: 1_791_963_095.123,
      host: 'mac-17',
      source: 'spillwatch',
      sourcetype: 'ocsf:spillwatch:spillwatch',
    });
  });

  it('has the right time first, outside and in what Splunk keeps as raw text, whatever happened', () => {
    fc.assert(
      fc.property(arbitraryOutgoing, (outgoing) => {
        const { body } = encode(outgoing, 'splunk', SENDER);
        const { time, event } = JSON.parse(body) as SplunkEnvelope;
        expect(firstTime(body)).toBe(time);
        expect(firstTime(JSON.stringify(event))).toBe(event.time);
        expect(time).toBe(event.time / 1000);
      }),
    );
  });

  it('keeps the keys of the envelope before the event, for whoever changes them', () => {
    const keys = ['time', 'host', 'source', 'sourcetype', 'event', 'fields'];
    for (const outgoing of Object.values(EXAMPLES))
      expect(Object.keys(envelope(outgoing))).toEqual(keys);
  });

  it('has only texts, and lists of texts, as indexed fields, none empty', () => {
    fc.assert(
      fc.property(arbitraryOutgoing, (outgoing) => {
        for (const value of Object.values(envelope(outgoing).fields).flat()) {
          expect(typeof value).toBe('string');
          expect(value).not.toBe('');
        }
      }),
    );
  });

  it('leaves the host out when nobody knows it', () => {
    expect('host' in ofFinding({ host: { ...UPLOAD.host, name: '' } })).toBe(false);
  });

  it('indexes what repeats, gaps and alerts are told by', () => {
    expect(ofFinding().fields).toEqual({
      uid: UPLOAD.versionId,
      sequence: '42',
      kind: 'finding',
      severity: 'high',
      app: 'Spillwatch',
      dest: 'mac-17',
      type: 'alert',
      stage: 'upload',
      id: UPLOAD.id,
      signature: 'Data exported from a database tool and moved to a cloud service',
      signature_id: UPLOAD.rule.id,
      mitre_technique_id: ['T1213.006', 'T1567.002'],
      user: 'maria',
      service: 'dropbox',
    });
  });

  it('shares no name but severity between indexed fields and values of the document', () => {
    for (const outgoing of Object.values(EXAMPLES)) {
      const { event, fields } = envelope(outgoing);
      const values = new Map<string, unknown>(Object.entries(event));
      const shared = Object.keys(fields).filter(
        (name) => values.has(name) && typeof values.get(name) !== 'object',
      );
      expect(shared).toEqual(['severity']);
    }
  });

  it.each(SEVERITIES)('has the severity %s in CIM’s words', (severity) => {
    expect(ofFinding({ severity }).fields['severity']).toBe(severity);
  });

  it('calls only what alerts an alert', () => {
    const types = Object.values(EXAMPLES).map((outgoing) => [
      outgoing.kind,
      envelope(outgoing).fields['type'],
    ]);
    expect(Object.fromEntries(types)).toEqual({
      finding: 'alert',
      health: 'event',
      heartbeat: 'event',
      flood: 'alert',
      test: 'event',
    });
    expect(ofFinding({ severity: 'informational' }).fields['type']).toBe('event');
  });

  it('names a user without a name by the uid', () => {
    expect(ofFinding({ user: null }).fields['user']).toBe('501');
  });
});
