import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceHost } from '../../../agent/commands/service.ts';
import { JobFile } from '../../../agent/service/job-file.ts';
import { Launchctl } from '../../../agent/service/launchctl.ts';

/**
 * A program that answers as launchctl does as far as is known: it holds one job, ends with the numbers that were seen, and
 * writes down how it was called. The answers that a test gives it come first, one a call of that verb.
 */
const PROGRAM = `#!/bin/sh
cd "$(dirname "$0")" || exit 70
echo "$*" >> calls
env > environment
verb=$1
if [ -s "answers-$verb" ]; then
  answer=$(head -n 1 "answers-$verb")
  tail -n +2 "answers-$verb" > rest
  mv rest "answers-$verb"
  case $answer in
    hang) sleep 60; exit 0 ;;
    flood) exec yes ;;
    keep) exit 0 ;;
    ok) ;;
    *) echo "It failed: $answer: for a reason" >&2; echo "more" >&2; exit "$answer" ;;
  esac
fi
case $verb in
  print) [ -e loaded ] || exit 113 ;;
  bootstrap) [ -e loaded ] && exit 5; cp "$3" loaded ;;
  bootout) [ -e loaded ] || exit 3; rm loaded ;;
  kickstart) [ -e loaded ] || exit 113 ;;
esac
exit 0
`;

const OWNER = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
export const LABEL = 'org.spillwatch.agent';

/** A Mac of its own: folder of jobs, bundle and launchctl, all in a temporary folder. */
export class StandInMac {
  readonly root = mkdtempSync(join(tmpdir(), 'spillwatch-service-'));
  readonly launchctl = join(this.root, 'launchctl');
  readonly jobs = join(this.root, 'LaunchDaemons');
  readonly jobFile = join(this.jobs, `${LABEL}.plist`);
  readonly source = join(this.root, 'source.plist');
  readonly executable = join(this.root, 'spillwatch');
  readonly uninstall = join(this.root, 'uninstall');
  /** How often something waited. */
  pauses = 0;

  constructor() {
    this.program(this.launchctl, PROGRAM);
    mkdirSync(this.jobs, { mode: 0o755 });
    writeFileSync(this.source, '<plist>of this version</plist>');
    this.program(this.executable, '#!/bin/sh\n', 0o700);
  }

  program(path: string, text: string, mode = 0o755): void {
    writeFileSync(path, text);
    chmodSync(path, mode);
  }

  /** What the next calls of a verb end with: a number, `ok`, `keep` (0 and nothing done), `hang`, `flood`. */
  answer(verb: string, ...answers: readonly (string | number)[]): void {
    writeFileSync(
      join(this.root, `answers-${verb}`),
      answers.map((answer) => `${answer}\n`).join(''),
    );
  }

  /** launchd has the job, of that text. */
  load(text = '<plist>of this version</plist>'): void {
    writeFileSync(join(this.root, 'loaded'), text);
  }

  /** The job file as launchd has read it; `null` when the job is not loaded. */
  get loaded(): string | null {
    const path = join(this.root, 'loaded');
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  }

  /** How launchctl was called, without asking. */
  get changes(): readonly string[] {
    return this.calls.filter((call) => !call.startsWith('print '));
  }

  get calls(): readonly string[] {
    const path = join(this.root, 'calls');
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  get environment(): readonly string[] {
    return readFileSync(join(this.root, 'environment'), 'utf8').trimEnd().split('\n');
  }

  host({ uid = 0, timeoutMs = 10_000, launchctl = this.launchctl } = {}): ServiceHost {
    return {
      uid,
      uninstall: this.uninstall,
      job: {
        launchctl: new Launchctl({ file: launchctl, label: LABEL, timeoutMs }),
        file: new JobFile({ path: this.jobFile, source: this.source, owner: OWNER }),
        executable: this.executable,
        owner: OWNER.uid,
        pause: () => {
          this.pauses += 1;
          return Promise.resolve();
        },
      },
    };
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
