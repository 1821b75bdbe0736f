import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import { FORMATS } from '../../../../agent/deliver/transport.ts';
import { EXAMPLES, SENDER } from './example-outgoing.ts';

const GOLDEN = join(import.meta.dirname, '../../../golden/delivered');

describe.each(FORMATS)('the body in %s', (format) => {
  it.each(Object.values(EXAMPLES))('of a $kind is the golden one, key for key', (outgoing) => {
    const file = join(GOLDEN, `${outgoing.kind}.${format}.json`);
    const { body } = encode(outgoing, format, SENDER);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(JSON.parse(body), null, 2)}\n`);
    }
    expect(body).toBe(JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))));
  });
});
