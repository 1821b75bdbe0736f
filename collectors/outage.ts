import type { CollectorError, LiveOutput, TroubleCode } from './collector.ts';

/** A source that cannot see: said once when it begins or its cause changes, and once when it is over. */
export class Outage {
  readonly #output: LiveOutput;
  readonly #subject: string | null;
  #code: TroubleCode | null = null;

  /** `subject` is the folder or program it is about, `null` for the whole source. */
  constructor(output: LiveOutput, subject: string | null) {
    this.#output = output;
    this.#subject = subject;
  }

  /** It cannot see, because of `failure`; more failures of the same code say nothing. */
  begin(failure: Pick<CollectorError, 'code' | 'message'>): void {
    if (failure.code === this.#code) return;
    this.end();
    this.#code = failure.code;
    this.#output.trouble({
      code: failure.code,
      detail: failure.message,
      subject: this.#subject,
      lasts: true,
    });
  }

  /** It sees again, or did all the time. */
  end(): void {
    if (this.#code === null) return;
    this.#output.recovered(this.#code, this.#subject);
    this.#code = null;
  }
}
