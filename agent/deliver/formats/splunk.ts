import { SEVERITIES, type Severity } from '../../../rules/finding.ts';
import { SEVERITY_IDS } from './ocsf-captions.ts';
import type { OcsfEvent } from './ocsf-event.ts';

/**
 * An event as Splunk's HTTP Event Collector takes it. The keys before `event` stand in this order, so that a transport can
 * change them without reading the whole text; `time` is the first key named so.
 */
export interface SplunkEnvelope {
  /** Seconds since 1970 with milliseconds. */
  readonly time: number;
  /** Left out when the name is not known; Splunk then takes that of the connection. */
  readonly host?: string;
  readonly source: 'spillwatch';
  /** The OCSF-CIM add-on maps every source type that begins with `ocsf:`. */
  readonly sourcetype: 'ocsf:spillwatch:spillwatch';
  readonly event: OcsfEvent['ocsf'];
  /** Indexed fields: texts, or lists of texts. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Wraps an OCSF document. `fields` are few, since each costs room in the index: what repeats and gaps are told by, and names
 * of CIM's data model Alerts. None but `severity` is a key of the document, too, which would give the field two values in a
 * search; that one has CIM's word here, and the OCSF-CIM add-on writes the same.
 */
export function toSplunk(event: OcsfEvent): SplunkEnvelope {
  const { ocsf } = event;
  const { hostname } = ocsf.device;
  return {
    time: ocsf.time / 1000,
    ...(hostname !== '' && { host: hostname }),
    source: 'spillwatch',
    sourcetype: 'ocsf:spillwatch:spillwatch',
    event: ocsf,
    fields: withoutEmpty({
      uid: ocsf.metadata.uid,
      sequence: String(ocsf.metadata.sequence),
      kind: event.kind,
      severity: severityOf(ocsf.severity_id),
      app: ocsf.metadata.product.name,
      dest: hostname,
      type: 'is_alert' in ocsf && ocsf.is_alert ? 'alert' : 'event',
      ...fieldsOf(event),
    }),
  };
}

/** CIM's words for severities are the ones that we have, too. */
function severityOf(id: number): Severity {
  return SEVERITIES.find((severity) => SEVERITY_IDS[severity].id === id) ?? 'informational';
}

function fieldsOf(event: OcsfEvent): Partial<SplunkEnvelope['fields']> {
  switch (event.kind) {
    case 'finding': {
      const { attacks, finding_info: info, unmapped } = event.ocsf;
      const { stage, user, service } = unmapped.spillwatch;
      return {
        stage,
        id: info.uid,
        signature: info.title,
        signature_id: info.related_analytics[0]?.uid ?? info.analytic.uid,
        mitre_technique_id: attacks.map((attack) => attack.sub_technique.uid),
        user: user ?? event.ocsf.actor.user.uid,
        service: service ?? '',
      };
    }
    case 'health': {
      const { code, state } = event.ocsf.unmapped.spillwatch;
      return { signature_id: code, state };
    }
    case 'heartbeat':
      return {};
    case 'flood':
    case 'test':
      return { id: event.ocsf.finding_info.uid, signature: event.ocsf.finding_info.title };
  }
}

function withoutEmpty(fields: Partial<SplunkEnvelope['fields']>): SplunkEnvelope['fields'] {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (field): field is [string, string | readonly string[]] =>
        field[1] !== undefined && field[1] !== '',
    ),
  );
}
