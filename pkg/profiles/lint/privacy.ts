import { isRecord } from '../../../agent/config/value-checks.ts';
import type { Fault } from '../../verify/fault.ts';
import { PRIVACY_ENTRY_KEYS, PRIVACY_KEYS, PRIVACY_SERVICES } from '../apple-keys.ts';
import { codeRequirement, ESLOGGER, type Identity } from '../identity.ts';
import { type Dictionary, dictionariesIn, keyFaults, textIn } from './dictionary.ts';
import type { Teams } from './teams.ts';

/** The service that the agent needs. */
const NEEDED = 'SystemPolicyAllFiles';

/** What is wrong with a payload that grants access. */
export function privacyFaults(
  where: string,
  payload: Dictionary,
  identity: Identity,
  teams: Teams,
): readonly Fault[] {
  const faults: Fault[] = [...keyFaults(where, payload, PRIVACY_KEYS)];
  const services = isRecord(payload['Services']) ? payload['Services'] : {};
  for (const [service, entries] of Object.entries(services)) {
    const place = `${where} ${service}`;
    if (!PRIVACY_SERVICES.has(service))
      faults.push({ where: place, what: 'is a service that Apple does not know' });
    else if (service !== NEEDED)
      faults.push({ where: place, what: `is more than the agent needs, which is ${NEEDED} alone` });
    else if (!Array.isArray(entries)) faults.push({ where: place, what: 'is no array' });
    else
      for (const { where: at, item } of dictionariesIn(place, entries, faults))
        faults.push(...entryFaults(at, item, identity, teams));
  }
  if (!entriesOf(services).some((entry) => isFor(entry, identity.bundleId)))
    faults.push({ where, what: `does not give Full Disk Access to ${identity.bundleId}` });
  return faults;
}

function entriesOf(services: Dictionary): readonly Dictionary[] {
  const entries = services[NEEDED];
  return Array.isArray(entries) ? entries.filter(isRecord) : [];
}

function isFor(entry: Dictionary, bundleId: string): boolean {
  return entry['IdentifierType'] === 'bundleID' && entry['Identifier'] === bundleId;
}

function entryFaults(
  where: string,
  entry: Dictionary,
  identity: Identity,
  teams: Teams,
): readonly Fault[] {
  const faults = [...verdictFaults(entry), ...identifierFaults(where, entry, identity, teams)];
  return [
    ...keyFaults(where, entry, PRIVACY_ENTRY_KEYS),
    ...faults.map((what) => ({ where, what })),
  ];
}

function verdictFaults({ Allowed, Authorization }: Dictionary): readonly string[] {
  if (Allowed === undefined && Authorization === undefined)
    return ['has neither Allowed nor Authorization'];
  if (Allowed !== undefined && Authorization !== undefined)
    return ['has both Allowed and Authorization, of which Apple takes one'];
  if (Authorization === 'AllowStandardUserToSetSystemService')
    return [`Authorization ${Authorization} is not for ${NEEDED}`];
  return Allowed === false || Authorization === 'Deny'
    ? ['denies, and a denial beats a grant']
    : [];
}

function identifierFaults(
  where: string,
  entry: Dictionary,
  identity: Identity,
  teams: Teams,
): readonly string[] {
  const identifier = textIn(entry, 'Identifier');
  const requirement = textIn(entry, 'CodeRequirement');
  if (entry['IdentifierType'] === 'path') {
    if (identifier === identity.program)
      return [
        `names the agent by its path; a bundle is named by its identifier, ${identity.bundleId}`,
      ];
    if (identifier !== ESLOGGER.path)
      return [`names ${identifier}, which is neither the agent nor ${ESLOGGER.path}`];
    return plain(requirement) === plain(ESLOGGER.requirement)
      ? []
      : [`CodeRequirement is not that of ${ESLOGGER.path}: ${ESLOGGER.requirement}`];
  }
  if (identifier !== identity.bundleId)
    return [`names the bundle ${identifier}, the agent is ${identity.bundleId}`];
  const team = TEAM.exec(requirement)?.[1];
  if (team === undefined)
    return ['CodeRequirement names no Team ID, so that anybody could be meant'];
  teams.add(where, team);
  const wanted = codeRequirement(identity.bundleId, team);
  return plain(requirement) === plain(wanted)
    ? []
    : [`CodeRequirement is not that of a Developer ID: ${wanted}`];
}

const TEAM = /certificate leaf\[subject\.OU\] ?= ?"?([A-Z0-9]{10})"?(?= |$)/;

/** A requirement without what says nothing: comments, quotes around plain words, blanks. */
function plain(requirement: string): string {
  return requirement
    .replaceAll(/\/\*.*?\*\//g, ' ')
    .replaceAll(/"([A-Za-z0-9.]+)"/g, '$1')
    .replaceAll(/\s*=\s*/g, '=')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
