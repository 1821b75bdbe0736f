import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../../agent/config/json-fault.ts';

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return 'sound';
  } catch (error) {
    return jsonFault(error instanceof Error ? error.message : '', text);
  }
}

describe('what is wrong with a text that is no JSON', () => {
  it.each([
    ['{"token": S3cretValue}', 'unexpected character in line 1'],
    ['{\n"token": S3cretValue}', 'unexpected character in line 2'],
    ['{\n"t": S3c}', 'unexpected character in lines 1 to 2'],
    [`{\n\n"x":1,\n"token": S3cretValue${'9'.repeat(40)}}`, 'unexpected character in line 4'],
    [
      '{"token":"a" "S3cretValue"}',
      "Expected ',' or '}' after property value in JSON at position 13 (line 1 column 14)",
    ],
    ['', 'Unexpected end of JSON input'],
  ])('%j is said with its place', (text, expected) => {
    expect(faultOf(text)).toBe(expected);
  });

  it('never holds a word of the text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      '"',
      ':',
      ',',
      '\n',
      'Zq7Mark',
      '1',
      'true',
      '\\',
      '…',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const fault = faultOf(pieces.join(''));
        expect(fault).not.toContain('Zq7');
        expect(fault).not.toContain('\n');
      }),
      { numRuns: 2000 },
    );
  });
});
