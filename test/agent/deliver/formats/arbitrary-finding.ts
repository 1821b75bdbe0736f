import * as fc from 'fast-check';
import {
  CONFIDENCES,
  EVIDENCES,
  type Finding,
  LINKS,
  ROLES,
  SERVICE_TIERS,
  SEVERITIES,
  STAGES,
  type Step,
  type StepConnection,
  type StepProcess,
} from '../../../../rules/finding.ts';

const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

export const timeUs = fc.maxSafeInteger();

/** Text as a hostile file name, rule or process may bring it: any code units, lone surrogates, keys, markup, great length. */
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '/',
    '///',
    '__proto__',
    'constructor',
    '\u0000',
    '\uD800',
    'a\uDC00b',
    '\u001B]0;title\u0007',
    '\u202Egnp.exe',
    '</script>',
    '"}\n{"class_uid":1',
    `/Users/maria/${'x'.repeat(5000)}`,
    `${'x'.repeat(2046)}😀😀`,
  ),
);

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  text,
  fc.constantFrom(
    '*',
    '',
    '1',
    '0x7f.1',
    '010.0.0.1',
    '256.1.1.1',
    '::',
    '::ffff:10.0.0.1',
    'fe80::1%en0',
    'fe80::1%',
    'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255',
    '1.2.3.4%en0',
    '1.2.3.4\n',
  ),
);

const port = fc.oneof(
  fc.nat(70_000).map(String),
  fc.constantFrom('*', '', '-1', '443.5', '1e3', '0443'),
);

const pid = fc.oneof(
  fc.nat(99_999),
  fc.constantFrom(-1, 0, 2 ** 31 - 1, 2 ** 31, 1.5, Number.NaN, Number.POSITIVE_INFINITY),
);

const stepProcess: fc.Arbitrary<StepProcess> = fc.record({
  pid,
  pidversion: orNull(fc.nat()),
  name: text,
  executable: text,
  signingId: orNull(text),
  teamId: orNull(text),
  userId: fc.constantFrom(0, 501, 502, 4_294_967_295),
  startUs: orNull(timeUs),
});

const connection: fc.Arbitrary<StepConnection> = fc.record({
  protocol: fc.oneof(text, fc.constantFrom('tcp4', 'TCP6', 'udp46', 'icmp')),
  localAddress: address,
  localPort: port,
  peerAddress: address,
  peerPort: port,
  peerName: orNull(text),
});

const step: fc.Arbitrary<Step> = fc.record({
  timeUs,
  action: fc.constantFrom(
    'tool-started',
    'tool-repeated',
    'file-written',
    'file-moved',
    'file-copied',
    'file-archived',
    'file-opened',
    'uploaded',
    'connected',
  ),
  process: orNull(stepProcess),
  path: orNull(text),
  sourcePath: orNull(text),
  connection: orNull(connection),
  link: orNull(fc.constantFrom(...LINKS)),
  evidence: orNull(fc.constantFrom(...EVIDENCES)),
  service: orNull(text),
  destination: orNull(text),
});

/** Any finding that the types allow, with text that nobody would want to receive. */
export const arbitraryFinding: fc.Arbitrary<Finding> = fc.record({
  id: fc.uuid(),
  versionId: fc.uuid(),
  sequence: fc.integer({ min: 1 }),
  activity: fc.constantFrom('create', 'update'),
  firstUs: timeUs,
  lastUs: timeUs,
  stage: fc.constantFrom(...STAGES),
  severity: fc.constantFrom(...SEVERITIES),
  confidence: fc.constantFrom(...CONFIDENCES),
  user: orNull(text),
  uid: fc.integer({ min: 500, max: 4_294_967_294 }),
  role: fc.constantFrom(...ROLES),
  roleSource: fc.constantFrom(
    'managed-user',
    'managed-group',
    'local-admin',
    'developer-group',
    'account-record',
    'none',
  ),
  tool: text,
  toolKind: fc.constantFrom('gui', 'cli', 'dump'),
  link: orNull(fc.constantFrom(...LINKS)),
  files: fc.array(text, { maxLength: 6 }),
  service: orNull(text),
  serviceTier: orNull(fc.constantFrom(...SERVICE_TIERS)),
  evidence: orNull(fc.constantFrom(...EVIDENCES)),
  destination: orNull(text),
  sanctioned: fc.boolean(),
  coverage: fc.constantFrom('complete', 'gaps'),
  count: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  rule: fc.record({ id: text, title: text }),
  host: fc.record({ name: text, id: text, osVersion: text }),
  steps: fc.array(step, { maxLength: 8 }),
  stepsOmitted: fc.nat(),
  roleAsOfUs: fc.option(fc.integer({ min: 0, max: 2 ** 51 }), { nil: null }),
});
