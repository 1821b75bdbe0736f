import type { Summary } from '../../agent/deliver/formats/summary.ts';
import { MAC_PROGRAMS } from './mac-programs.ts';
import { replayed } from './replay.ts';
import { PROGRAMS, type Proc, type Program, Story, type User } from './story.ts';

export const LENA: User = { uid: 503, name: 'lena', groups: ['staff', 'everyone'] };
export const OMAR: User = { uid: 504, name: 'omar', groups: ['staff', 'everyone'] };

interface DeskOptions {
  readonly user?: User;
  readonly users?: readonly User[];
  readonly complete?: boolean;
  readonly start?: string;
  readonly version?: number;
}

/** One user with an open terminal on a recorded Mac that a second user shares; what she does is told to `story`. */
export class Desk {
  readonly story: Story;
  readonly user: User;
  readonly home: string;
  readonly shell: Proc;

  constructor(options: DeskOptions = {}) {
    const { user = LENA, complete = true, start = '2026-03-10T08:15:00Z', version = 11 } = options;
    this.user = user;
    this.home = `/Users/${user.name}`;
    this.story = new Story({ start, version }).host(options.users ?? [user, OMAR], complete);
    this.shell = this.story.shell(user);
  }

  /** A path below the user's home. */
  at(path: string): string {
    return `${this.home}/${path}`;
  }

  /** The shell starts a program. The line is split at blanks; the working directory is the home unless given. */
  type(program: Program, line: string, rest: Partial<Program> = {}): Proc {
    return this.story.run(this.shell, this.program(program, line, rest));
  }

  /** The program as a shell of this user would execute it. */
  program(program: Program, line: string, rest: Partial<Program> = {}): Program {
    return { ...program, args: line.split(' '), cwd: this.home, ...rest };
  }

  /** Launch Services starts an app for the user. */
  launch(app: Program, user = this.user): Proc {
    return this.story.run(this.story.launchd, {
      ...app,
      isApp: true,
      auid: user.uid,
      ruid: user.uid,
      cwd: '/',
    });
  }

  /** An app that was running before the first record and is in the process list. */
  background(app: Program, user = this.user, parent = this.story.launchd): Proc {
    const proc = this.story.running(app, user, parent);
    this.story.processes([proc]);
    return proc;
  }

  /** A dump that the tool itself writes to a path below the home; its name is the last argument. */
  dump(path = 'Documents/march/ledger.sql'): Proc {
    const tool = this.type(MAC_PROGRAMS.mysqldump, `mysqldump --result-file=${path} billing`);
    this.story.write(tool, this.at(path));
    return tool;
  }

  /** Somebody else's program of the user writes a file after a tool ran: only time ties it to the tool. */
  save(path = 'Documents/march/ledger.xlsx'): Proc {
    this.type(MAC_PROGRAMS.mariadb, 'mariadb billing');
    const writer = this.background(MAC_PROGRAMS.script);
    this.story.write(writer, this.at(path));
    return writer;
  }

  /** Waits until exactly so many seconds after a moment. */
  until(momentUs: number, seconds: number): this {
    this.story.wait((momentUs - this.story.now) / 1_000_000 + seconds);
    return this;
  }

  /** A name resolves, and the process holds a connection to its address. */
  reach(proc: Proc, host: string, peer = '203.0.113.20', port = '52100'): this {
    this.story.resolver(host, peer);
    this.story.network([{ proc, peer, port }]);
    return this;
  }

  mv(source: string, target: string): Proc {
    const mv = this.type(PROGRAMS.mv, `mv ${this.at(source)} ${this.at(target)}`);
    this.story.rename(mv, this.at(source), this.at(target));
    return mv;
  }

  /** The last emission of each finding, in order of creation. */
  findings(config: unknown = {}): readonly Summary[] {
    return replayed(this.story, config).last;
  }

  emissions(config: unknown = {}): readonly Summary[] {
    return replayed(this.story, config).emissions;
  }

  /** The stages in the order in which they were emitted. */
  stages(config: unknown = {}): readonly string[] {
    return this.emissions(config).map(({ stage }) => stage);
  }
}
