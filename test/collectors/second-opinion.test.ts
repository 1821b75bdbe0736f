import { describe, expect, it } from 'vitest';
import { secondOpinion } from '../../collectors/permissions.ts';

describe('the second opinion about Full Disk Access', () => {
  it('is what the package says of it', () => {
    const asked: unknown[] = [];
    const library = {
      getAuthStatus: (type: unknown) => {
        asked.push(type);
        return 'denied';
      },
    };
    expect(secondOpinion(() => library)).toBe('denied');
    expect(asked).toEqual(['full-disk-access']);
  });

  it('is absent where the package is not installed, cannot be loaded or is another one', () => {
    expect(secondOpinion(notInstalled)).toBeNull();
    expect(secondOpinion(() => null)).toBeNull();
    expect(secondOpinion(() => ({}))).toBeNull();
    expect(secondOpinion(() => ({ getAuthStatus: 'yes' }))).toBeNull();
  });
});

function notInstalled(): never {
  throw Object.assign(new Error('not found'), { code: 'MODULE_NOT_FOUND' });
}
