import { CaptureReader } from '../../collectors/capture.ts';
import type {
  Collector,
  LiveOutput,
  LostRecord,
  SourceRecord,
  Trouble,
} from '../../collectors/collector.ts';

/** Keeps what a live source says, and reads its lines as the agent does. */
export class RecordedOutput implements LiveOutput {
  readonly records: SourceRecord[] = [];
  readonly lost: LostRecord[] = [];
  readonly troubles: Trouble[] = [];
  readonly recoveries: string[] = [];
  readonly #changes = new Set<() => void>();
  readonly #reader = new CaptureReader({
    record: (record) => this.records.push(record),
    lost: (record) => this.lost.push(record),
  });

  line(text: string): void {
    this.#reader.push(Buffer.from(`${text}\n`));
    this.#changed();
  }

  fault(): void {
    throw new Error('no source of samples has faulty bytes');
  }

  trouble(trouble: Trouble): void {
    this.troubles.push(trouble);
    this.#changed();
  }

  recovered(code: string): void {
    this.recoveries.push(code);
    this.#changed();
  }

  /** Resolves when `isTrue`; rejects after 5 s. */
  async until(isTrue: (output: RecordedOutput) => boolean): Promise<void> {
    if (isTrue(this)) return;
    await new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(
        () => reject(new Error(`not seen in 5 s: ${isTrue.toString()}`)),
        5000,
      );
      const check = (): void => {
        if (!isTrue(this)) return;
        clearTimeout(timeout);
        this.#changes.delete(check);
        resolve();
      };
      this.#changes.add(check);
    });
  }

  #changed(): void {
    for (const check of this.#changes) check();
  }
}

/** Runs a collector for as long as `body` takes, and fails when it does not end within 3 s of its signal. */
export async function whileRunning(
  collector: Collector,
  body: (output: RecordedOutput) => Promise<void>,
): Promise<RecordedOutput> {
  const output = new RecordedOutput();
  const abort = new AbortController();
  const running = collector.run(output, abort.signal);
  let timeout: NodeJS.Timeout | undefined;
  try {
    await body(output);
  } finally {
    abort.abort();
    const late = new Promise<never>((_resolve, reject) => {
      timeout = setTimeout(() => reject(new Error('run() did not end')), 3000);
    });
    await Promise.race([running, late]).finally(() => clearTimeout(timeout));
  }
  return output;
}
