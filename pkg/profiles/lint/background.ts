import { isRecord } from '../../../agent/config/value-checks.ts';
import type { Fault } from '../../verify/fault.ts';
import { BACKGROUND_KEYS, BACKGROUND_RULE_KEYS } from '../apple-keys.ts';
import { type Identity, isTeamId } from '../identity.ts';
import { type Dictionary, dictionariesIn, keyFaults, textIn } from './dictionary.ts';
import type { Teams } from './teams.ts';

/** What is wrong with a payload of rules for background items. */
export function backgroundFaults(
  where: string,
  payload: Dictionary,
  identity: Identity,
  teams: Teams,
): readonly Fault[] {
  const faults: Fault[] = [...keyFaults(where, payload, BACKGROUND_KEYS)];
  const rules = dictionariesIn(`${where} rule`, payload['Rules'], faults);
  for (const { where: at, item } of rules) {
    faults.push(...keyFaults(at, item, BACKGROUND_RULE_KEYS));
    faults.push(...ruleFaults(at, item, identity, teams).map((what) => ({ where: at, what })));
  }
  if (!rules.some(({ item }) => isRecord(item) && meansTheJob(item, identity)))
    faults.push({ where, what: `has no rule for the job ${identity.label}` });
  return faults;
}

function meansTheJob(rule: Dictionary, { label }: Identity): boolean {
  const value = textIn(rule, 'RuleValue');
  switch (rule['RuleType']) {
    case 'Label':
      return value === label;
    case 'LabelPrefix':
      return value !== '' && label.startsWith(value);
    case 'TeamIdentifier':
      return isTeamId(value);
    default:
      return false;
  }
}

function ruleFaults(
  where: string,
  rule: Dictionary,
  identity: Identity,
  teams: Teams,
): readonly string[] {
  const value = textIn(rule, 'RuleValue');
  const constraint = rule['TeamIdentifier'];
  const faults: string[] = [];
  if (typeof constraint === 'string') {
    if (isTeamId(constraint)) teams.add(where, constraint);
    else faults.push(`TeamIdentifier is ${constraint}, which is no Team ID`);
  }
  switch (rule['RuleType']) {
    case 'Label':
      if (value !== identity.label) faults.push(`Label is ${value}, the job is ${identity.label}`);
      break;
    case 'BundleIdentifier':
      if (value !== identity.bundleId)
        faults.push(`BundleIdentifier is ${value}, the bundle is ${identity.bundleId}`);
      break;
    case 'LabelPrefix':
      faults.push(...prefixFaults(value, identity.label));
      break;
    case 'BundleIdentifierPrefix':
      faults.push(...prefixFaults(value, identity.bundleId));
      break;
    case 'TeamIdentifier':
      if (isTeamId(value)) teams.add(where, value);
      else faults.push(`RuleValue is ${value}, which is no Team ID`);
      break;
  }
  return faults;
}

/** Macs compare the text as it is: a star stands for itself. */
function prefixFaults(value: string, name: string): readonly string[] {
  if (/[*.]$/.test(value)) return [`prefix ${value} must not end in a star or a dot`];
  return value !== '' && name.startsWith(value) ? [] : [`prefix ${value} does not fit ${name}`];
}
