import { describe, expect, it } from 'vitest';
import { readModifiers } from '../../../rules/sigma/modifiers.ts';
import type { Complaint } from '../../../rules/sigma/problem.ts';
import { placeIn } from '../../../rules/sigma/problem.ts';

function refusal(names: readonly string[]): Complaint | undefined {
  const complaints: Complaint[] = [];
  expect(readModifiers(names, placeIn(complaints, 'here'))).toBeNull();
  expect(complaints).toHaveLength(1);
  return complaints[0];
}

describe('readModifiers', () => {
  it('compares as a whole without modifiers', () => {
    expect(readModifiers([], placeIn([]))).toEqual({
      comparison: 'equals',
      all: false,
      cased: false,
      negated: false,
      regexFlags: new Set(),
    });
  });

  it('reads a comparison with its flags', () => {
    expect(readModifiers(['contains', 'all', 'cased', 'neq'], placeIn([]))).toMatchObject({
      comparison: 'contains',
      all: true,
      cased: true,
      negated: true,
    });
    expect(readModifiers(['re', 'i', 's'], placeIn([]))).toMatchObject({
      comparison: 're',
      regexFlags: new Set(['i', 's']),
    });
  });

  it.each([
    [['contain'], 'invalid', 'unknown modifier "contain"; known are contains,'],
    [[''], 'invalid', 'unknown modifier ""'],
    [['equals'], 'invalid', 'unknown modifier "equals"'],
    [['__proto__'], 'invalid', 'unknown modifier "__proto__"'],
    [['windash', 'contains'], 'unsupported', '"windash" is not supported'],
    [['base64offset'], 'unsupported', '"base64offset" is not supported'],
    [['contains', 'endswith'], 'invalid', 'contains and endswith exclude each other'],
    [['contains', 'contains'], 'invalid', 'written twice'],
    [['all', 'all'], 'invalid', 'written twice'],
    [['i'], 'invalid', 'write |re|i'],
    [['contains', 'i'], 'invalid', 'write |re|i'],
    [['re', 'cased'], 'invalid', 'cased has no meaning with re'],
    [['exists', 'neq'], 'invalid', 'exists stands alone'],
  ])('refuses %j', (names, reason, message) => {
    expect(refusal(names)).toMatchObject({ place: 'here', reason });
    expect(refusal(names)?.message).toContain(message);
  });
});
