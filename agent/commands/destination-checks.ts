import { type Destination, readDestinations } from '../deliver/destination.ts';
import type { DestinationStatus } from '../deliver/destination-status.ts';
import { SecretFileError } from '../deliver/secret-file.ts';
import { remedyOf } from '../health/remedies.ts';
import { type Check, fail, pass, warn } from './check.ts';
import { surroundings } from './surroundings.ts';

/** What can be said of destinations without sending: their settings, and whether their files can be used. */
export async function destinationChecks(deliver: unknown): Promise<readonly Check[]> {
  const { destinations, problems } = readDestinations(deliver);
  const opened = await Promise.all(destinations.map(openedCheck));
  return [
    ...problems.map((problem) => fail('deliver', problem, remedyOf('configuration'))),
    ...opened,
  ];
}

/** How the sending goes, by the running agent; what is wrong is among its troubles. */
export function sendingChecks(destinations: readonly DestinationStatus[]): readonly Check[] {
  return destinations.map(({ name, type, state, rows, oldestAgeSeconds, dropped, lastError }) => {
    const waiting =
      rows === 0 ? 'nothing waits' : `${rows} wait, ${oldestAgeSeconds ?? 0} s at most`;
    const subject = `sending to ${name}`;
    if (type === null)
      return warn(
        subject,
        `is not configured any more, ${waiting}`,
        `configure it again, or "spillwatch outbox drop --waiting --destination ${name}"`,
      );
    if (dropped > 0)
      return warn(subject, `${dropped} were dropped, ${waiting}`, remedyOf('outbox-dropped'));
    if (lastError !== null)
      return warn(subject, `${lastError}; ${waiting}`, 'spillwatch deliver test');
    return pass(subject, `${state}, ${waiting}`);
  });
}

async function openedCheck({ name, type, open }: Destination): Promise<Check> {
  const subject = `destination ${name}`;
  try {
    await open(surroundings()).close();
    return pass(subject, `${type}, settings and files can be used`);
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    return fail(subject, error.message, remedyOf('destination-misconfigured'));
  }
}
