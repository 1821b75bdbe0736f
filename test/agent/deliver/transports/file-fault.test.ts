import { expect, it } from 'vitest';
import {
  FileRefusedError,
  outcomeOfFileError,
} from '../../../../agent/deliver/transports/file-fault.ts';

const PATH = '/var/log/spillwatch/findings.jsonl';

function outcomeOf(code: string) {
  return outcomeOfFileError(PATH, Object.assign(new Error('x'), { code }));
}

it.each([
  ['EACCES', 'the agent may not write there; check owner and permissions'],
  ['EPERM', 'the agent may not write there; check owner, flags and Full Disk Access'],
  ['EROFS', 'the volume is read-only; name a file on another'],
  ['ENOENT', 'the folder is missing; make it, for root alone to write'],
  ['ENOTDIR', 'something on the way is not a folder; correct path'],
  ['EISDIR', 'there is a folder of that name; correct path'],
  ['ENOTEMPTY', 'there is a folder in the place of a rotated file; move it away'],
  ['ELOOP', 'is a link, and links are not followed; name the file itself'],
  ['ENXIO', 'is not a file; name another path'],
  ['ENAMETOOLONG', 'the name is too long; shorten path'],
])('%s is a matter of the configuration', (code, advice) => {
  expect(outcomeOf(code)).toEqual({ kind: 'config', detail: `${PATH}: ${advice} (${code})` });
});

it.each([
  ['ENOSPC', 'the volume is full; make room'],
  ['EDQUOT', 'the quota is used up; make room'],
  ['EIO', 'cannot be written'],
  ['EMFILE', 'cannot be written'],
])('%s may pass', (code, advice) => {
  const detail = `${PATH}: ${advice} (${code})`;
  expect(outcomeOf(code)).toEqual({ kind: 'retry', detail, retryAfterMs: null });
});

it('a refused file is a matter of the configuration, in its own words', () => {
  const error = new FileRefusedError('/tmp: others can write there');
  expect(outcomeOfFileError(PATH, error)).toEqual({
    kind: 'config',
    detail: '/tmp: others can write there',
  });
});
