/**
 * What a long outbox costs at the start: `node test/bench/backlog.ts`. Fills a state folder with 1,000 and with 100,000 rows of 4 KB, and
 * opens each in a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInFolder } from '../../agent/store/database.ts';
import { Outbox } from '../../agent/store/outbox.ts';

const LIMITS = { maxRows: 1_000_000, maxMegabytes: 4000, days: 30 };
const BATCH = { maxItems: 500, maxBytes: 262_144 };
const AT_ONCE = 1000;

const [, , opened] = process.argv;
if (opened === undefined) {
  for (const rows of [1000, 100_000]) {
    const folder = mkdtempSync(join(tmpdir(), 'spillwatch-backlog-'));
    fill(folder, rows);
    const megabytes = Math.round(statSync(join(folder, 'spillwatch.db')).size / 1e6);
    process.stdout.write(`${rows} rows, ${megabytes} MB: `);
    spawnSync(process.execPath, [import.meta.filename, folder], { stdio: 'inherit' });
    rmSync(folder, { recursive: true, force: true });
  }
} else open(opened);

function fill(folder: string, rows: number): void {
  const connection = openInFolder(folder);
  const outbox = new Outbox(connection, LIMITS);
  const body = JSON.stringify({ text: 'x'.repeat(4000) });
  for (let first = 0; first < rows; first += AT_ONCE)
    outbox.enqueue(() =>
      Array.from({ length: AT_ONCE }, (_, index) => ({
        destination: 'siem',
        uid: String(first + index).padStart(36, '0'),
        series: String(first + index),
        kind: 'finding' as const,
        severity: 'medium' as const,
        timeUs: 0,
        body,
      })),
    );
  connection.close();
}

function open(folder: string): void {
  const times: string[] = [];
  const timed = <T>(what: string, act: () => T): T => {
    const startedMs = performance.now();
    const result = act();
    times.push(`${what} ${(performance.now() - startedMs).toFixed(1)} ms`);
    return result;
  };
  const connection = timed('database', () => openInFolder(folder));
  const outbox = timed('outbox', () => new Outbox(connection, LIMITS));
  timed('first batch', () => outbox.page('siem', BATCH));
  timed('second batch', () => outbox.page('siem', BATCH));
  timed('status', () => outbox.status());
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  process.stdout.write(`${times.join(', ')}, ${megabytes} MB resident\n`);
  connection.close();
}
