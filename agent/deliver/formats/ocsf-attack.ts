import type { Stage } from '../../../rules/finding.ts';

/** An ATT&CK tactic, technique or sub-technique in OCSF's words. */
interface OcsfAttackObject {
  readonly uid: string;
  readonly name: string;
  readonly src_url: string;
}

/** OCSF object `attack`. */
export interface OcsfAttack {
  /** Release of ATT&CK that the names were taken from. */
  readonly version: string;
  readonly tactic: OcsfAttackObject;
  readonly technique: OcsfAttackObject;
  readonly sub_technique: OcsfAttackObject;
}

/** What a finding of this stage stands for in ATT&CK: the collection always, the exfiltration once an upload was observed. */
export function toAttacks(stage: Stage): readonly OcsfAttack[] {
  return stage === 'upload' ? [DATABASES, CLOUD_STORAGE] : [DATABASES];
}

// Names and release as in ATT&CK Enterprise 18.1 (mitre/cti, tag ATT&CK-v18.1).
const ATTACK_VERSION = '18.1';

const DATABASES: OcsfAttack = {
  version: ATTACK_VERSION,
  tactic: tactic('TA0009', 'Collection'),
  technique: technique('T1213', 'Data from Information Repositories'),
  sub_technique: technique('T1213.006', 'Databases'),
};

const CLOUD_STORAGE: OcsfAttack = {
  version: ATTACK_VERSION,
  tactic: tactic('TA0010', 'Exfiltration'),
  technique: technique('T1567', 'Exfiltration Over Web Service'),
  sub_technique: technique('T1567.002', 'Exfiltration to Cloud Storage'),
};

function tactic(uid: string, name: string): OcsfAttackObject {
  return { uid, name, src_url: `https://attack.mitre.org/tactics/${uid}/` };
}

function technique(uid: string, name: string): OcsfAttackObject {
  return {
    uid,
    name,
    src_url: `https://attack.mitre.org/techniques/${uid.replace('.', '/')}/`,
  };
}
