import type { Coverage, RoleSource, ToolKind } from '../finding.ts';
import { EVIDENCES, LINKS, PRIVILEGE_LEVELS, ROLES, SERVICE_TIERS, STAGES } from '../finding.ts';
import type { Fields, FieldValue } from './fields.ts';
import type { Place } from './problem.ts';
import { quote } from './problem.ts';

/** Reads a step under its Sigma names, as complete as the agent would give it; `null` when any field was refused. */
export function readGoldenFields(value: unknown, place: Place): Fields | null {
  if (!(value instanceof Map)) return place.refuse('invalid', 'write a map of fields');
  const given: ReadonlyMap<unknown, unknown> = value;
  const fields = new Map<string, FieldValue>();
  for (const [name, content] of given) {
    const expected = typeof name === 'string' ? STEP_FIELDS.get(name) : undefined;
    if (typeof name !== 'string' || expected === undefined)
      place.refuse('invalid', `unknown field ${quote(String(name))}; see Fields in the README`);
    else if (isFit(content, expected.values)) fields.set(name, content);
    else place.key(name).refuse('invalid', describe(expected.values));
  }
  for (const [name, { always }] of STEP_FIELDS)
    if (always && !given.has(name)) place.key(name).refuse('invalid', 'every step has it; add it');
  const isComplete = [...STEP_FIELDS].every(([name, { always }]) => !always || fields.has(name));
  return isComplete && fields.size === given.size ? fields : null;
}

/** What a field of a step holds: one of these words, or any value of this type. */
type Values = readonly string[] | 'text' | 'number' | 'boolean' | 'list';

interface StepField {
  readonly values: Values;
  /** Every step has the field; the others are absent when nobody knows. */
  readonly always: boolean;
}

const ROLE_SOURCES = [
  'managed-user',
  'managed-group',
  'local-admin',
  'developer-group',
  'account-record',
  'none',
] as const satisfies readonly RoleSource[];
const TOOL_KINDS = ['gui', 'cli', 'dump'] as const satisfies readonly ToolKind[];
const COVERAGES = ['complete', 'gaps'] as const satisfies readonly Coverage[];

const STEP_FIELDS: ReadonlyMap<string, StepField> = new Map<string, StepField>([
  ['Stage', { values: STAGES, always: true }],
  ['Link', { values: LINKS, always: false }],
  ['Evidence', { values: EVIDENCES, always: false }],
  ['Service', { values: 'text', always: false }],
  ['ServiceTier', { values: SERVICE_TIERS, always: false }],
  ['Destination', { values: 'text', always: false }],
  ['Sanctioned', { values: 'boolean', always: true }],
  ['UserRole', { values: ROLES, always: true }],
  ['UserRoleSource', { values: ROLE_SOURCES, always: true }],
  ['UserPrivilegeLevel', { values: PRIVILEGE_LEVELS, always: true }],
  ['UserId', { values: 'number', always: true }],
  ['User', { values: 'text', always: false }],
  ['DatabaseTool', { values: 'text', always: true }],
  ['DatabaseToolKind', { values: TOOL_KINDS, always: true }],
  ['Coverage', { values: COVERAGES, always: true }],
  ['Files', { values: 'list', always: true }],
]);

function isFit(content: unknown, values: Values): content is FieldValue {
  switch (values) {
    case 'text':
      return typeof content === 'string' && content !== '';
    case 'number':
      return typeof content === 'number' && Number.isSafeInteger(content);
    case 'boolean':
      return typeof content === 'boolean';
    case 'list':
      return Array.isArray(content) && content.every((path) => typeof path === 'string');
    default:
      return values.some((word) => word === content);
  }
}

function describe(values: Values): string {
  switch (values) {
    case 'text':
      return 'write text, or leave the field out';
    case 'number':
      return 'write a whole number';
    case 'boolean':
      return 'write true or false';
    case 'list':
      return 'write a list of paths; [] when the data has none';
    default:
      return `write one of ${values.join(', ')}`;
  }
}
