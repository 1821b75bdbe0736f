import { MARIA, PROGRAMS, Story, type User } from './story.ts';

const TOM: User = { uid: 502, name: 'tom', groups: ['staff'] };
const ANNA: User = { uid: 503, name: 'anna', groups: ['staff', 'admin'] };

/**
 * The story of `spillwatch demo`: Maria exports customers with DBeaver, packs them and drags the archive into Dropbox;
 * Tom pipes a dump to a bucket; Anna, an administrator, does her work; other programs make noise.
 */
export function demoStory(): Story {
  const s = new Story({ start: '2026-11-02T13:00:00Z' }).host([MARIA, TOM, ANNA]);
  const finder = s.running(PROGRAMS.finder, MARIA);
  const dropbox = s.running(PROGRAMS.dropbox, MARIA);
  const maria = s.shell(MARIA);
  const tom = s.shell(TOM);
  const anna = s.shell(ANNA);
  s.processes([finder, dropbox, maria, tom, anna]).noise(8);

  const dbeaver = s.run(s.launchd, { ...PROGRAMS.dbeaver, auid: MARIA.uid, ruid: MARIA.uid });
  s.write(dbeaver, '/Users/maria/Library/DBeaverData/workspace6/.metadata/session.json');
  s.wait(1300).noise(6);
  s.write(dbeaver, '/Users/maria/Downloads/customers.csv.tmp');
  s.rename(
    dbeaver,
    '/Users/maria/Downloads/customers.csv.tmp',
    '/Users/maria/Downloads/customers.csv',
  );
  s.watched('add', '/Users/maria/Downloads/customers.csv');

  const query = s
    .wait(95)
    .run(anna, { ...PROGRAMS.psql, args: ['psql', 'shop'], cwd: '/Users/anna' });
  s.wait(40).write(query, '/Users/anna/Documents/orders.csv').exit(query);

  const zip = s.wait(300).run(maria, {
    ...PROGRAMS.zip,
    args: ['zip', '-e', 'photos.zip', 'customers.csv'],
    cwd: '/Users/maria/Downloads',
  });
  s.open(zip, '/Users/maria/Downloads/customers.csv');
  s.write(zip, '/Users/maria/Downloads/ziA9f3Qx');
  s.rename(zip, '/Users/maria/Downloads/ziA9f3Qx', '/Users/maria/Downloads/photos.zip').exit(zip);
  s.noise(6);

  s.wait(5400).clone(
    finder,
    '/Users/maria/Downloads/photos.zip',
    '/Users/maria/Library/CloudStorage/Dropbox/holiday/photos.zip',
  );
  s.wait(2).open(dropbox, '/Users/maria/Library/CloudStorage/Dropbox/holiday/photos.zip');

  const members = [s.wait(700).fork(tom), s.fork(tom), s.fork(tom)] as const;
  const dump = s.exec(members[0], {
    ...PROGRAMS.pgDump,
    args: ['pg_dump', '-h', 'reports.example', 'crm'],
    cwd: '/Users/tom',
    stdout: 8_801_223,
  });
  const gzip = s.exec(members[1], {
    ...PROGRAMS.gzip,
    args: ['gzip', '-9'],
    cwd: '/Users/tom',
    stdin: 8_801_223,
    stdout: 8_801_240,
  });
  const aws = s.exec(members[2], {
    ...PROGRAMS.aws,
    args: ['aws', 's3', 'cp', '-', 's3://parking-lot-7/crm.sql.gz'],
    cwd: '/Users/tom',
    stdin: 8_801_240,
  });
  return s.wait(20).exit(dump).exit(gzip).exit(aws).noise(4);
}
