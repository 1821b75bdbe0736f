import type { Finding } from '../../rules/finding.ts';
import type { Config } from '../config.ts';
import { Disclosure } from './disclosure.ts';
import { redactFinding } from './finding.ts';
import { PathHider } from './path-hider.ts';

/**
 * Keeps secrets out of what is written down and told, with one key: paths are known by their hidden form, texts of the
 * database are hidden, findings are redacted by the configuration.
 */
export class Privacy {
  readonly #hider: PathHider;
  readonly #disclosure: Disclosure;

  /** `endings` are those of file names that always stay (lower case, with the dot). */
  constructor(key: Uint8Array, endings: ReadonlySet<string>, options: Config['redaction']) {
    this.#hider = new PathHider(key, endings);
    this.#disclosure = new Disclosure(this.#hider, options);
  }

  /** A path as the agent knows and keeps it. */
  hiddenPath(path: string): string {
    return this.#hider.path(path);
  }

  /** JSON as it is kept. */
  json(value: unknown): string {
    return this.#hider.json(value);
  }

  /** A finding as it may be kept, shown and sent. */
  finding(finding: Finding): Finding {
    return redactFinding(finding, this.#disclosure);
  }

  /** A path, a place or a name as it may be shown; names of files stay. */
  text(text: string): string {
    return this.#disclosure.text(text);
  }
}
