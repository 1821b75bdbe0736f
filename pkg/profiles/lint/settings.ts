import { isRecord } from '../../../agent/config/value-checks.ts';
import type { Fault } from '../../verify/fault.ts';
import {
  COMMON_KEYS,
  PREFERENCES_DOMAIN_KEYS,
  PREFERENCES_KEYS,
  PREFERENCES_SETTINGS_KEYS,
} from '../apple-keys.ts';
import { settingsFaults } from '../configuration.ts';
import { type Dictionary, dictionariesIn, keyFaults } from './dictionary.ts';

/** What is wrong with a payload of managed preferences. */
export function preferencesFaults(
  where: string,
  payload: Dictionary,
  domain: string,
): readonly Fault[] {
  const faults: Fault[] = [...keyFaults(where, payload, PREFERENCES_KEYS)];
  const content = isRecord(payload['PayloadContent']) ? payload['PayloadContent'] : {};
  for (const [name, value] of Object.entries(content)) {
    const place = `${where} ${name}`;
    if (name !== domain)
      faults.push({
        where: place,
        what: `is another domain than ${domain}, which the agent reads`,
      });
    else if (!isRecord(value)) faults.push({ where: place, what: 'is no dictionary' });
    else faults.push(...domainFaults(place, value));
  }
  if (!Object.hasOwn(content, domain))
    faults.push({ where, what: `has no settings for ${domain}` });
  return faults;
}

function domainFaults(where: string, domain: Dictionary): readonly Fault[] {
  const faults: Fault[] = [...keyFaults(where, domain, PREFERENCES_DOMAIN_KEYS)];
  if (Object.hasOwn(domain, 'Set-Once'))
    faults.push({ where, what: 'has Set-Once; settings of the agent are Forced' });
  const forced = dictionariesIn(`${where} Forced`, domain['Forced'], faults);
  if (forced.length !== 1) faults.push({ where, what: `has ${forced.length} of Forced, not one` });
  for (const { where: at, item } of forced) {
    faults.push(...keyFaults(at, item, PREFERENCES_SETTINGS_KEYS));
    const settings = item['mcx_preference_settings'];
    if (isRecord(settings)) faults.push(...valueFaults(at, settings));
  }
  return faults;
}

/** The same for a payload whose type is the domain itself, which macOS takes too. */
export function ownTypeFaults(where: string, payload: Dictionary): readonly Fault[] {
  const preferences = Object.entries(payload).filter(([name]) => !Object.hasOwn(COMMON_KEYS, name));
  return [
    ...keyFaults(where, payload, COMMON_KEYS, true),
    ...valueFaults(where, Object.fromEntries(preferences)),
  ];
}

function valueFaults(where: string, settings: Dictionary): readonly Fault[] {
  return settingsFaults(asRead(settings)).faults.map((what) => ({ where, what }));
}

/** As the agent reads it: dates and data, which no key takes, are nothing. */
function asRead(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asRead);
  if (value instanceof Date || ArrayBuffer.isView(value)) return null;
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asRead(item)]));
}
