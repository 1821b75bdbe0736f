import { MARIA, PROGRAMS, type Proc, Story, type User } from './story.ts';

const SAM: User = { uid: 502, name: 'sam', groups: ['staff'] };
const HOME = '/Users/maria';

export interface WholeStoryOptions {
  /** Seconds between one thing that happens and the next. */
  readonly pauseSeconds?: number;
  /** With records of the folder watcher beside the stream. */
  readonly isWatched?: boolean;
}

/**
 * A day on which everything happens that a chain can show: redirection, files moved, copied and packed, a pipe into an
 * uploader, a browser, a sync folder, flows, repeats, two users, lost lines and a sensor that is started anew.
 */
export function wholeStory({
  pauseSeconds = 2.5,
  isWatched = true,
}: WholeStoryOptions = {}): Story {
  const story = new Story();
  const pause = (): Story => story.wait(pauseSeconds);
  story.host([MARIA, SAM]);
  const shell = story.shell();
  const chrome = story.running(PROGRAMS.chrome);
  const finder = story.running(PROGRAMS.finder);
  const dropbox = story.running(PROGRAMS.dropbox, SAM);
  pause().processes([shell, chrome, dropbox]);
  pause().network([{ proc: dropbox, peer: '162.125.1.14', port: '50001' }]);
  redirectionToBrowser(story, pause, shell, chrome, isWatched);
  // No record of another source lies inside the hole.
  pause().noise(2).lose(3);
  pause().noise(2);
  pipeToUploader(story, pause, shell);
  samUsesDbeaver(story, pause, dropbox, finder);
  redirectedByScript(story, pause, shell);
  packedAndLanded(story, pause, shell, finder);
  flowOnly(story, pause, shell);
  return story;
}

type Pause = () => Story;

function redirectionToBrowser(
  story: Story,
  pause: Pause,
  shell: Proc,
  chrome: Proc,
  isWatched: boolean,
): void {
  const file = `${HOME}/Downloads/customers.csv`;
  pause();
  const child = story.fork(shell);
  story.create(child, file);
  pause();
  const psql = story.exec(child, { ...PROGRAMS.psql, args: ['psql', '-c', 'select 1'] });
  pause().close(psql, file);
  if (isWatched) pause().watched('add', file);
  pause().exit(psql);
  pause().open(chrome, file);
  pause().resolver('content.dropboxapi.com', '162.125.9.9');
  pause().network([{ proc: chrome, peer: '162.125.9.9', port: '50002' }]);
}

function pipeToUploader(story: Story, pause: Pause, shell: Proc): void {
  pause();
  const uploader = story.run(shell, {
    ...PROGRAMS.aws,
    args: ['aws', 's3', 'cp', '-', 's3://bucket/dump.gz'],
    stdin: 78,
  });
  pause();
  const gzip = story.run(shell, { ...PROGRAMS.gzip, args: ['gzip'], stdin: 77, stdout: 78 });
  pause();
  const dump = story.run(shell, { ...PROGRAMS.pgDump, args: ['pg_dump', 'crm'], stdout: 77 });
  pause();
  for (const proc of [dump, gzip, uploader]) story.exit(proc);
}

function samUsesDbeaver(story: Story, pause: Pause, dropbox: Proc, finder: Proc): void {
  const own = '/Users/sam/Documents/people.xlsx';
  const synced = '/Users/sam/Dropbox/people.xlsx';
  pause();
  const dbeaver = story.run(story.launchd, { ...PROGRAMS.dbeaver, auid: SAM.uid, ruid: SAM.uid });
  pause().write(dbeaver, own);
  pause().restartSensor();
  pause();
  const samsFinder = {
    ...finder,
    pid: finder.pid + 1,
    pidversion: finder.pidversion + 5000,
    auid: SAM.uid,
    ruid: SAM.uid,
  };
  story.clone(samsFinder, own, synced);
  pause().open(dropbox, synced);
}

/** The script makes the file before the tool starts, and closes it after the tool has ended. */
function redirectedByScript(story: Story, pause: Pause, shell: Proc): void {
  const list = `${HOME}/Documents/list.csv`;
  pause();
  const script = story.run(shell, { ...PROGRAMS.zsh, args: ['zsh', 'nightly.sh'] });
  pause().create(script, list);
  pause();
  const dump = { path: '/opt/homebrew/bin/mysqldump', signingId: 'mysqldump' };
  const tool = story.run(script, { ...dump, args: ['mysqldump', 'crm'] });
  pause().exit(tool);
  pause().close(script, list);
}

function packedAndLanded(story: Story, pause: Pause, shell: Proc, finder: Proc): void {
  const plain = '/private/tmp/orders.csv';
  const packed = '/private/tmp/orders.zip';
  const landed = `${HOME}/Library/CloudStorage/OneDrive-Firma/orders.zip`;
  pause();
  const mysql = story.run(shell, { ...PROGRAMS.mysql, args: ['mysql', '-u', 'maria'] });
  pause().write(mysql, plain);
  pause();
  const zip = story.run(shell, {
    ...PROGRAMS.zip,
    args: ['zip', packed, plain],
    cwd: '/private/tmp',
  });
  pause().write(zip, packed);
  pause().lose(2).rename(finder, packed, `${HOME}/Downloads/IMG_2231.jpg`);
  pause().rename(finder, `${HOME}/Downloads/IMG_2231.jpg`, landed);
}

function flowOnly(story: Story, pause: Pause, shell: Proc): void {
  pause();
  const first = story.run(shell, { ...PROGRAMS.psql, args: ['psql'] });
  pause().exit(first);
  pause();
  const psql = story.run(shell, { ...PROGRAMS.psql, args: ['psql'] });
  pause().write(psql, `${HOME}/Documents/again.csv`);
  pause();
  const curl = story.run(shell, { ...PROGRAMS.curl, args: ['curl', 'https://example.net/'] });
  pause().network([{ proc: curl, peer: '162.125.9.9', port: '50003' }]);
  pause().network([{ proc: curl, peer: '162.125.9.9', port: '50003' }]);
}
