import type { Finding } from '../../rules/finding.ts';
import { fileName } from '../deliver/formats/ocsf-bounds.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { shorten } from './escape.ts';

/** What a person should look at next, most telling first. Holds names from outside: escape it. Times are UTC. */
export function nextChecksOf(finding: Finding): readonly string[] {
  const { stage, evidence, files, host, tool } = finding;
  const who = finding.user ?? `the user with uid ${finding.uid}`;
  const from = toRfc3339(finding.firstUs).slice(0, 19);
  const until = toRfc3339(finding.lastUs).slice(0, 19);
  const last = files.at(-1);
  const service = finding.service ?? finding.destination ?? 'the service';
  const subject = last === undefined ? `data of ${tool}` : shorten(fileName(last), 80);
  const lines: readonly (readonly [boolean, string])[] = [
    [
      stage === 'upload' && evidence !== null,
      `In the audit log of ${service}, look for ${subject} around ${until}Z, and whether the account belongs to the organisation or to a person.`,
    ],
    [
      stage === 'suspected-upload',
      `In the log of the proxy or firewall, see how much ${host.name} sent to ${service} from ${until}Z on. A few kilobytes clear the suspicion.`,
    ],
    [
      finding.link === 'temporal',
      `Find out which program wrote ${subject}: only the time ties it to ${tool}.`,
    ],
    [
      true,
      `In the log of the database, look for sessions from ${host.name} between ${from}Z and ${until}Z: which tables, how many rows.`,
    ],
    [
      last !== undefined,
      `On ${host.name}, secure a copy of what is still there under the listed paths, before anything is cleaned up.`,
    ],
    [
      finding.role !== 'unknown',
      `Ask the owner of the data whether this export is part of the work of ${who}.`,
    ],
    [
      finding.role === 'unknown',
      `Find out what ${who} does, and enter it under roles.users in the configuration, so that the next finding can be judged.`,
    ],
    [
      finding.sanctioned,
      `The organisation allows ${service}. See whether the account there is the organisation’s own, and who can read the folder.`,
    ],
    [
      finding.coverage === 'gaps',
      'Look for the reason of the gap in the state of the sensor: steps of this chain may be missing.',
    ],
  ];
  return lines.flatMap(([applies, line]) => (applies ? [line] : []));
}
