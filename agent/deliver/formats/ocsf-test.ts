import { type OcsfNotice, toNotice } from './ocsf-notice.ts';
import type { OwnIdentity } from './ocsf-own.ts';
import { TEST_TITLE, type TestSummary } from './own-summary.ts';
import type { Sender } from './sender.ts';

/** `test` says it for a rule of the receiver; a finding never has it. */
export type OcsfTest = OcsfNotice<{ readonly spillwatch: TestSummary; readonly test: true }>;

/**
 * Writes a test of delivery: of the class of findings, so that it takes their way through the receiver, and with nothing by
 * which a saved search finds them: informational, no alert, no analytic, no technique, no user, no file.
 */
export function toOcsfTest(summary: TestSummary, identity: OwnIdentity, sender: Sender): OcsfTest {
  return toNotice(
    {
      identity,
      fromUs: identity.timeUs,
      severity: summary.severity,
      count: 1,
      title: TEST_TITLE,
      desc: 'Somebody asked the agent to send this, to see whether it arrives. Nothing happened on the Mac.',
      message: `${TEST_TITLE}: sent from ${summary.host}`,
      info: {},
      unmapped: { spillwatch: summary, test: true },
    },
    sender,
  );
}
