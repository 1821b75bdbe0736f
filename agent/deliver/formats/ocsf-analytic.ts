import type { Finding } from '../../../rules/finding.ts';
import { boundText } from './ocsf-bounds.ts';
import { RULE } from './ocsf-captions.ts';

/** OCSF object `analytic`. */
export interface OcsfAnalytic {
  readonly type_id: number;
  readonly type: string;
  readonly uid: string;
  readonly name: string;
  readonly category: 'MITRE ATT&CK analytic' | 'Sigma rule';
  readonly version?: string;
}

/** The analytic that Spillwatch implements; name and version are those of the STIX object in ATT&CK 18.1. */
export const AN0678: OcsfAnalytic = {
  type_id: RULE.id,
  type: RULE.caption,
  uid: 'AN0678',
  name: 'Analytic 0678',
  category: 'MITRE ATT&CK analytic',
  version: '1.0',
};

/** Names the Sigma rule whose row gave the finding its severity. */
export function toSigmaAnalytic(rule: Finding['rule']): OcsfAnalytic {
  return {
    type_id: RULE.id,
    type: RULE.caption,
    uid: boundText(rule.id),
    name: boundText(rule.title),
    category: 'Sigma rule',
  };
}
