import * as fc from 'fast-check';
import type { Outgoing, OwnOutgoing } from '../../../../agent/deliver/formats/outgoing.ts';
import type { HealthEvent } from '../../../../agent/health/health.ts';
import type { StatusReport } from '../../../../agent/health/report.ts';
import { HEALTHY } from '../../health/example-report.ts';
import { arbitraryFinding, text, timeUs } from './arbitrary-finding.ts';

const number = fc.integer({ min: 1 });
const count = fc.nat(10_000_000);

const healthEvent: fc.Arbitrary<HealthEvent> = fc.record({
  timeUs,
  part: text,
  code: fc.constantFrom('not-permitted', 'queue-full', 'not-a-file', 'outbox-dropped'),
  state: fc.constantFrom('raised', 'cleared', 'noted'),
  subject: fc.option(text, { nil: null }),
  detail: text,
});

const names = fc.array(fc.record({ name: text, count }), { maxLength: 9 });

const report: fc.Arbitrary<StatusReport> = fc
  .record({
    startedAt: text,
    troubles: fc.array(healthEvent, { maxLength: 300 }),
    remarks: fc.array(healthEvent, { maxLength: 3 }),
    configuration: fc.array(fc.record({ key: text, value: fc.anything(), origin: text })),
  })
  .map((changes) => ({ ...HEALTHY, ...changes }));

/** Anything that the agent says of itself, with text that nobody would want to receive. */
export const arbitraryOwn: fc.Arbitrary<OwnOutgoing> = fc.oneof(
  fc.record({ kind: fc.constant('health'), number, event: healthEvent }),
  fc.record({ kind: fc.constant('heartbeat'), number, timeUs, report }),
  fc.record({
    kind: fc.constant('flood'),
    number,
    note: fc.record({
      fromUs: timeUs,
      toUs: timeUs,
      counts: fc.record({
        informational: count,
        low: count,
        medium: count,
        high: count,
        critical: count,
      }),
      firstSequence: number,
      lastSequence: number,
      tools: names,
      users: names,
    }),
  }),
  fc.record({ kind: fc.constant('test'), number, timeUs }),
);

/** Anything that goes out. */
export const arbitraryOutgoing: fc.Arbitrary<Outgoing> = fc.oneof(
  fc.record({ kind: fc.constant('finding'), finding: arbitraryFinding }),
  arbitraryOwn,
);
