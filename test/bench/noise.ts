/**
 * Memory and time of a capture in which one chain lies among 200,000 lines of noise:
 *
 *   node --expose-gc test/bench/noise.ts
 */
import { openInMemory } from '../../agent/store/database.ts';
import { engineOn } from '../support/engine.ts';
import { MARIA, PROGRAMS, type Proc, Story } from '../support/story.ts';

const ROUNDS = 180_000;
const STEP = 20_000;
const CACHES = '/Users/maria/Library/Caches';

/** The capture in pieces of bytes, which lie outside the heap that is measured. */
function capture(): readonly Buffer[] {
  const story = new Story().host();
  const shell = story.shell();
  const browser = story.running(PROGRAMS.chromeHelper, MARIA);
  const finder = story.running(PROGRAMS.finder, MARIA);
  const psql = story.run(shell, { ...PROGRAMS.psql, args: ['psql', 'crm'] });
  story.write(psql, '/Users/maria/Downloads/a.csv').exit(psql);
  for (let index = 0; index < ROUNDS; index += 1) addNoise(story, shell, browser, index);
  story.clone(
    finder,
    '/Users/maria/Downloads/a.csv',
    '/Users/maria/Library/CloudStorage/Dropbox/a.csv',
  );
  const lines = story.lines();
  return Array.from({ length: Math.ceil(lines.length / STEP) }, (_, piece) =>
    Buffer.from(
      lines
        .slice(piece * STEP, (piece + 1) * STEP)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
}

function addNoise(story: Story, shell: Proc, browser: Proc, index: number): void {
  const path = `${CACHES}/c/${index}`;
  const kind = index % 20;
  if (kind < 10) story.close(browser, `${CACHES}/c/${index % 5000}`, index % 4 === 0);
  else if (kind < 14) story.open(browser, `${CACHES}/c/${index % 5000}`);
  else if (kind < 16) story.create(browser, path);
  else if (kind === 16) story.rename(browser, path, `${CACHES}/d/${index}`);
  else if (kind === 17) story.exit(story.run(shell, { path: '/bin/ls', args: ['ls', '-la'] }));
  else story.unlink(browser, path);
}

const pieces = capture();
const emitted: string[] = [];
const { engine, reader, ledger } = engineOn(openInMemory(), ({ stage }) => emitted.push(stage));
process.stdout.write('lines     ms/1000 lines  heap MB\n');
for (const piece of pieces) {
  const before = ledger.total().received;
  const began = performance.now();
  reader.push(piece);
  const spentMs = performance.now() - began;
  globalThis.gc?.();
  const { received } = ledger.total();
  const heap = process.memoryUsage().heapUsed / 1e6;
  const pace = (spentMs / (received - before)) * 1000;
  process.stdout.write(
    `${String(received).padEnd(9)} ${pace.toFixed(1).padEnd(14)} ${heap.toFixed(1)}\n`,
  );
}
reader.end();
engine.pipeline.end();
process.stdout.write(`received ${ledger.total().received}, emitted ${emitted.join(', ')}\n`);
