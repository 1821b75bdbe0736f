import { CollectorError, type TroubleCode } from '../collector.ts';
import { LineSplitter } from './lines.ts';
import type { HelperEnd } from './run-helper.ts';

/** Longest line of standard error that is kept, in bytes; of a longer one nothing is. */
export const MAX_ERROR_LINE_BYTES = 64 * 1024;

/** Characters of a line that are shown to people. */
const MAX_SHOWN = 300;

interface KnownError {
  readonly mark: string;
  readonly code: TroubleCode;
  readonly advice: string;
}

/** Known by the constant, because the sentence around it differs between versions of the helper. */
const KNOWN: readonly KnownError[] = [
  {
    mark: 'ERR_NOT_PERMITTED',
    code: 'not-permitted',
    advice:
      "Full Disk Access is missing: grant it to the agent's own binary, by a PPPC profile (SystemPolicyAllFiles) or in System Settings, Privacy & Security",
  },
  {
    mark: 'ERR_NOT_PRIVILEGED',
    code: 'not-privileged',
    advice: 'root is needed: let launchd start the agent as a daemon, or run it with sudo',
  },
  {
    mark: 'ERR_NOT_ENTITLED',
    code: 'not-entitled',
    advice:
      'the helper lacks the entitlement com.apple.developer.endpoint-security.client: set endpointSecurity.command to /usr/bin/eslogger or to a helper that is signed with it',
  },
  {
    mark: 'ERR_TOO_MANY_CLIENTS',
    code: 'too-many-clients',
    advice:
      'macOS accepts no further Endpoint Security client: end another security tool or an eslogger that was left running',
  },
  {
    mark: 'ERR_INTERNAL',
    code: 'helper-exited',
    advice:
      'Endpoint Security failed inside macOS: the agent tries again; restart the Mac when this stays',
  },
  {
    mark: 'ERR_INVALID_ARGUMENT',
    code: 'helper-exited',
    advice:
      'Endpoint Security refused the way the helper asked: update the helper or set endpointSecurity.command to /usr/bin/eslogger',
  },
  {
    mark: 'Failed to parse event types',
    code: 'bad-event-name',
    advice:
      'the helper does not know one of the events: compare endpointSecurity.events with what it prints for --list-events',
  },
];

/**
 * What the helper says on standard error, kept as far as it explains an end: the first known error and the last line.
 * Memory is bounded by two lines of `MAX_ERROR_LINE_BYTES`, however much the helper writes.
 */
export class HelperErrors {
  readonly #lines: LineSplitter;
  #known: { readonly error: KnownError; readonly line: string } | null = null;
  #last: string | null = null;

  constructor() {
    this.#lines = new LineSplitter(
      { line: (text) => this.#line(text), fault: () => {} },
      MAX_ERROR_LINE_BYTES,
    );
  }

  push(chunk: Buffer): void {
    this.#lines.push(chunk);
  }

  /** The last line in full, cut for showing; `null` before the first. Outside text. */
  get last(): string | null {
    return this.#last;
  }

  /** Why the helper named `program` is gone; nothing must be pushed afterwards. */
  explain(program: string, { status, signalName }: HelperEnd): CollectorError {
    this.#lines.end();
    const how =
      signalName === null ? `ended with status ${status ?? 'unknown'}` : `ended by ${signalName}`;
    if (this.#known) {
      const { error, line } = this.#known;
      return new CollectorError(error.code, `${program}: ${how}: ${error.advice} (${line})`);
    }
    const said = this.#last === null ? 'it said nothing' : `its last words: ${this.#last}`;
    return new CollectorError('helper-exited', `${program}: ${how}; ${said}`);
  }

  #line(text: string): void {
    this.#last = shown(text);
    if (this.#known) return;
    const error = KNOWN.find(({ mark }) => text.includes(mark));
    if (error) this.#known = { error, line: this.#last };
  }
}

function shown(text: string): string {
  const line = text.trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
