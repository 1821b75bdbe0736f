import { describe, expect, it } from 'vitest';
import { movementFields } from '../../../rules/sigma/fields.ts';
import { movement } from '../movement.ts';

describe('movementFields', () => {
  it('offers every fact of a step under its Sigma name', () => {
    const fields = movementFields(
      movement({
        stage: 'upload',
        link: 'lineage',
        evidence: 'opened-by-browser',
        service: 'dropbox',
        serviceTier: 'storage',
        destination: 'www.dropbox.com',
        files: ['/a.csv', '/b.zip'],
      }),
    ) as ReadonlyMap<string, unknown>;
    expect(Object.fromEntries(fields)).toEqual({
      Stage: 'upload',
      Link: 'lineage',
      Evidence: 'opened-by-browser',
      Service: 'dropbox',
      ServiceTier: 'storage',
      Destination: 'www.dropbox.com',
      Sanctioned: false,
      UserRole: 'unassigned',
      UserRoleSource: 'account-record',
      UserPrivilegeLevel: 'alert',
      UserId: 501,
      User: 'mara',
      DatabaseTool: 'DBeaver',
      DatabaseToolKind: 'gui',
      Coverage: 'complete',
      Files: ['/a.csv', '/b.zip'],
    });
  });

  it('leaves out what is not known', () => {
    const fields = movementFields(movement({ link: null, user: null }));
    expect(fields.get('Link')).toBeUndefined();
    expect(fields.get('User')).toBeUndefined();
    expect(fields.get('Sanctioned')).toBe(false);
  });
});
