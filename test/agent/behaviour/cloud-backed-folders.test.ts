import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type User } from '../../support/story.ts';

const BACKED: User = {
  uid: 505,
  name: 'iris',
  groups: ['staff'],
  folders: { Documents: { provider: 'icloud' } },
};
const UPLOADED = {
  stage: 'upload',
  severity: 'medium',
  confidence: 'medium',
  evidence: 'cloud-backed-folder',
};

describe('an export in a folder that is itself synced', () => {
  it.each([
    ['Documents/a.csv', 'lineage'],
    ['Documents/deep/er/list', 'lineage'],
  ])('is an upload to that folder: %s', (path, link) => {
    const desk = new Desk({ user: BACKED });
    desk.story.write(desk.type(PROGRAMS.psql, 'psql'), desk.at(path));
    expect(desk.findings()).toMatchObject([
      {
        ...UPLOADED,
        link,
        service: 'icloud',
        serviceTier: 'storage',
        destination: '/Users/iris/Documents',
        files: [desk.at(path)],
      },
    ]);
  });

  it('is an upload by the same row when only time ties it to the tool', () => {
    const desk = new Desk({ user: BACKED });
    desk.save('Documents/a.csv');
    expect(desk.findings()).toMatchObject([{ ...UPLOADED, link: 'temporal' }]);
  });

  it('is known by the provider’s extension too', () => {
    const desk = new Desk({
      user: {
        ...BACKED,
        folders: { Downloads: { provider: 'com.microsoft.OneDrive.FileProvider' } },
      },
    });
    desk.dump('Downloads/a.sql');
    expect(desk.findings()).toMatchObject([
      { ...UPLOADED, service: 'onedrive', destination: '/Users/iris/Downloads' },
    ]);
  });

  it('is an upload to nobody known when nobody knows the provider', () => {
    const desk = new Desk({
      user: { ...BACKED, folders: { Documents: { provider: 'acme.files' } } },
    });
    desk.dump('Documents/a.sql');
    expect(desk.findings()).toMatchObject([{ ...UPLOADED, service: null, serviceTier: null }]);
  });

  it('is an upload when it is moved there', () => {
    const desk = new Desk({ user: BACKED });
    desk.dump('Desktop/a.sql');
    desk.mv('Desktop/a.sql', 'Documents/a.sql');
    expect(desk.findings()).toMatchObject([UPLOADED]);
  });

  it('gives way to stronger evidence, and the severity rises with it', () => {
    const desk = new Desk({ user: BACKED });
    desk.dump('Documents/a.sql');
    desk.type(PROGRAMS.rclone, 'rclone copy Documents/a.sql box:x');
    expect(desk.emissions()).toMatchObject([
      { stage: 'tool' },
      UPLOADED,
      {
        stage: 'upload',
        severity: 'high',
        evidence: 'named-in-upload-command',
        service: 'box',
        destination: 'box:x',
      },
    ]);
  });

  it('is followed by flows in silence, because they prove less', () => {
    const desk = new Desk({ user: BACKED });
    desk.dump('Documents/a.sql');
    desk.reach(desk.background(MAC_PROGRAMS.script), 'wetransfer.com');
    expect(desk.stages()).toEqual(['tool', 'upload']);
  });
});

describe('an export is not uploaded by its folder', () => {
  it.each([
    ['the other watched folder', 'Downloads/a.csv'],
    ['a folder that starts the same', 'Documents2/a.csv'],
    ['a folder of that name deeper in the home', 'Desktop/Documents/a.csv'],
  ])('in %s', (_, path) => {
    const desk = new Desk({ user: BACKED });
    desk.dump(path);
    expect(desk.findings()).toMatchObject([{ stage: 'export', evidence: null }]);
  });

  it('when another user’s folder is synced', () => {
    const desk = new Desk({ users: [BACKED, { uid: 503, name: 'lena' }, OMAR] });
    desk.dump('Documents/a.csv');
    expect(desk.findings()).toMatchObject([{ user: 'lena', stage: 'export', evidence: null }]);
  });

  it('when the record says so no longer', () => {
    const desk = new Desk({ user: BACKED });
    desk.story.host([{ uid: 505, name: 'iris' }]);
    desk.dump('Documents/a.csv');
    expect(desk.findings()).toMatchObject([{ stage: 'export', evidence: null }]);
  });
});
