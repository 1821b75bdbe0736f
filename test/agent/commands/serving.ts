import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StatusServer, serveStatus } from '../../../agent/health/status-socket.ts';

/** A state folder (0700) in which something answers as the agent would, or nothing does. */
export class Serving {
  readonly folder = mkdtempSync(join(tmpdir(), 'spillwatch-serving-'));
  #server: StatusServer | null = null;

  async answer(report: unknown): Promise<void> {
    await this.answerWith(() => report);
  }

  async answerWith(report: () => unknown): Promise<void> {
    this.#server = await serveStatus(this.folder, report);
  }

  async end(): Promise<void> {
    await this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Collects what a verb writes. */
export class Written {
  out = '';
  err = '';
  readonly output = {
    out: (text: string): void => {
      this.out += text;
    },
    err: (text: string): void => {
      this.err += text;
    },
  };
}
