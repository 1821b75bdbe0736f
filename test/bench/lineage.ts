/**
 * A million events that touch chains' files, with a hundred thousand files alive, through the whole pipeline with a database
 * on disk. Prints time per event and memory for every hundred thousand events:
 *
 *   node_modules/.bin/node --expose-gc test/bench/lineage.ts [EVENTS] [FILES]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../agent/assemble.ts';
import { readConfig } from '../../agent/config.ts';
import { Ledger } from '../../agent/health/ledger.ts';
import { openInFolder } from '../../agent/store/database.ts';
import { Store } from '../../agent/store/store.ts';
import type { Event, Process } from '../../collectors/event.ts';
import { loadCatalogue } from '../../rules/catalogue/load.ts';
import { loadRules } from '../../rules/sigma/load.ts';

const events = Number(process.argv[2] ?? 1_000_000);
const files = Number(process.argv[3] ?? 100_000);
const slice = Math.max(1, Math.floor(events / 10));

const folder = mkdtempSync(join(tmpdir(), 'spillwatch-bench-'));
const store = new Store(openInFolder(folder));
const { rules } = loadRules(join(import.meta.dirname, '../../rules/macos'));
const { pipeline, facts } = assemble({
  config: readConfig({}).config,
  catalogue: loadCatalogue(),
  rules,
  store,
  ledger: new Ledger(),
  emit: () => {},
});

const base: Omit<Process, 'pid' | 'pidversion' | 'executable' | 'name' | 'signingId'> = {
  parent: { pid: 1, pidversion: 1 },
  responsible: null,
  auditUserId: 501,
  realUserId: 501,
  teamId: null,
  isPlatformBinary: false,
  cdhash: null,
  startUs: null,
};
const tool: Process = {
  ...base,
  pid: 500,
  pidversion: 900,
  executable: '/opt/homebrew/bin/psql',
  name: 'psql',
  signingId: 'psql',
};
const finder: Process = {
  ...base,
  pid: 400,
  pidversion: 800,
  executable: '/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder',
  name: 'Finder',
  signingId: 'com.apple.finder',
};

let timeUs = Date.parse('2026-11-02T09:00:00Z') * 1000;
let sequence = 0;
function send(event: Event): void {
  const { collector } = event;
  pipeline.record({ collector, timeUs, sequence, events: [event], skipped: null, badRows: 0 });
  sequence += 1;
  timeUs += 500;
}

let random = 1;
function below(limit: number): number {
  random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
  return random % limit;
}

const file = { inode: null, size: 1, ownerId: 501, modifiedUs: null };
const shared = (): { collector: 'endpoint-security'; timeUs: number; file: typeof file } => ({
  collector: 'endpoint-security',
  timeUs,
  file,
});
const alive: string[] = [];
let made = 0;

function one(): void {
  const at = below(Math.max(1, alive.length));
  const path = alive[at];
  const choice = below(10);
  if (path === undefined || alive.length < files) {
    const fresh = `/Users/maria/Documents/out/${made % 400}/part-${made}.csv`;
    made += 1;
    alive.push(fresh);
    send({ kind: 'file.close', process: tool, path: fresh, ...shared() });
  } else if (choice < 4) {
    const moved = `/Users/maria/Documents/moved/${made % 400}/m-${made}.csv`;
    made += 1;
    alive[at] = moved;
    send({ kind: 'file.rename', process: finder, sourcePath: path, path: moved, ...shared() });
  } else if (choice < 6) {
    send({ kind: 'file.close', process: finder, path, ...shared() });
  } else if (choice < 8) {
    send({ kind: 'file.open', process: finder, path, flags: 1, ...shared() });
  } else {
    alive[at] = alive.at(-1) ?? path;
    alive.pop();
    send({ kind: 'file.unlink', process: finder, path, ...shared() });
  }
}

send({
  kind: 'process.exec',
  collector: 'endpoint-security',
  timeUs,
  process: tool,
  before: { ...tool, pidversion: 899, executable: '/bin/zsh', name: 'zsh', signingId: null },
  args: ['psql', 'crm'],
  workingDirectory: '/Users/maria',
  script: null,
  descriptors: [],
});
process.stdout.write('events     us/event   cpu us/event   heap MB   rss MB   files followed\n');
for (let done = 0; done < events; done += slice) {
  const started = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  for (let index = 0; index < slice; index += 1) one();
  const wallUs = Number(process.hrtime.bigint() - started) / 1000;
  const used = process.cpuUsage(cpu);
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const columns = [
    String(done + slice).padEnd(9),
    (wallUs / slice).toFixed(1).padStart(8),
    ((used.user + used.system) / slice).toFixed(1).padStart(14),
    (heapUsed / 1e6).toFixed(1).padStart(9),
    (rss / 1e6).toFixed(0).padStart(8),
    String(facts.lineage.size).padStart(16),
  ];
  process.stdout.write(`${columns.join(' ')}\n`);
}
pipeline.end();
store.close();
rmSync(folder, { recursive: true, force: true });
