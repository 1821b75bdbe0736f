import type { EcsDocument, EcsThreat } from './ecs-document.ts';
import type { OcsfAttack } from './ocsf-attack.ts';

type Part = 'tactic' | 'technique' | 'sub_technique';

/** Tactics and techniques as parallel lists, in the order of the attacks. */
export function toEcsThreat(attacks: readonly OcsfAttack[]): Required<EcsDocument>['threat'] {
  return {
    framework: 'MITRE ATT&CK',
    tactic: columns(attacks, 'tactic'),
    technique: {
      ...columns(attacks, 'technique'),
      subtechnique: columns(attacks, 'sub_technique'),
    },
  };
}

function columns(attacks: readonly OcsfAttack[], part: Part): EcsThreat['tactic'] {
  return {
    id: attacks.map((attack) => attack[part].uid),
    name: attacks.map((attack) => attack[part].name),
    reference: attacks.map((attack) => attack[part].src_url),
  };
}
