import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Cksum, cksum } from '../../../pkg/package/cksum.ts';

// What `cksum` of POSIX prints.
it.each([
  ['', 4294967295],
  ['123456789', 930766865],
  ['hello\n', 3015617425],
  ['\0'.repeat(256), 4215202376],
])('of %j is that of POSIX', (text, value) => {
  expect(cksum(Buffer.from(text))).toBe(value);
});

it('of pieces is that of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (pieces) => {
      const running = new Cksum();
      for (const piece of pieces) running.update(piece);
      expect(running.value()).toBe(cksum(Buffer.concat(pieces)));
    }),
  );
});
