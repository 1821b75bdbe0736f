import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** Debian's package `chromium`. */
export const CHROMIUM = '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

/** Opens a local page in a new profile with further flags (`--dump-dom`, `--screenshot=...`) and gives what it prints. */
export async function chromium(page: string, flags: readonly string[]): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'spillwatch-chromium-'));
  try {
    const { stdout } = await promisify(execFile)(
      CHROMIUM,
      [...FLAGS, `--user-data-dir=${profile}`, ...flags, pathToFileURL(page).href],
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
    );
    return stdout;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
