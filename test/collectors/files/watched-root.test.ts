import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Watch, WatchOutput } from '../../../collectors/files/watch.ts';
import { temporaryFolder, until, Watching } from './watching.ts';

/** A watcher that says what the test makes it say. */
class StandIn {
  readonly outputs: WatchOutput[] = [];
  closed = 0;

  readonly watch: Watch = (_path, _depth, output) => {
    this.outputs.push(output);
    return {
      ready: Promise.resolve(),
      close: async () => {
        this.closed += 1;
      },
    };
  };

  async output(at: number): Promise<WatchOutput> {
    await until(`watch ${at} begins`, () => this.outputs.length > at);
    return this.outputs[at]!;
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a watched folder', () => {
  it.each(['EMFILE', 'ENOSPC'])(
    'is reported on %s and watched anew at the next check',
    async (code) => {
      const root = temporaryFolder();
      const standIn = new StandIn();
      const watching = new Watching(root, { watch: standIn.watch });
      (await standIn.output(0)).failed(code);
      await watching.reports('watch-limit');
      expect(watching.troubles[0]?.detail).toContain(code);
      await watching.recovers(`watch-limit ${root}`);
      expect(standIn.outputs).toHaveLength(2);
      expect(standIn.closed).toBe(1);
    },
  );

  it('is reported when a watch cannot even begin, and tried again', async () => {
    const root = temporaryFolder();
    const standIn = new StandIn();
    let tries = 0;
    const watching = new Watching(root, {
      watch: (...args) => {
        tries += 1;
        if (tries === 1) throw failure('EMFILE');
        return standIn.watch(...args);
      },
    });
    await watching.recovers(`watch-limit ${root}`);
    expect(watching.codes()).toEqual(['watch-limit']);
  });

  it('gives no record of a path that is no regular file any more', async () => {
    const root = temporaryFolder();
    const standIn = new StandIn();
    const watching = new Watching(root, { watch: standIn.watch, checkMs: 60_000 });
    symlinkSync('/etc/passwd', join(root, 'link.csv'));
    mkdirSync(join(root, 'folder.csv'));
    const output = await standIn.output(0);
    await until('a change is heeded', () => {
      output.file('add', join(root, 'link.csv'));
      return watching.codes().includes('not-a-file');
    });
    output.file('add', join(root, 'folder.csv'));
    output.file('add', join(root, 'gone.csv'));
    writeFileSync(join(root, 'last.csv'), 'x');
    output.file('add', join(root, 'last.csv'));
    await watching.sees(`add ${root}/last.csv`);
    expect(watching.changes()).toEqual([`add ${root}/last.csv`]);
    // Once between two checks.
    expect(watching.codes()).toEqual(['not-a-file']);
  });

  it('gives no record of a path that was never inside it', async () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'private.csv'), 'x');
    const standIn = new StandIn();
    const watching = new Watching(root, { watch: standIn.watch, checkMs: 60_000 });
    const output = await standIn.output(0);
    await until('a change is heeded', () => {
      output.file('add', join(outside, 'private.csv'));
      output.file('unlink', `${root}-sibling/x.csv/../../${'x'.repeat(3)}`);
      return watching.codes().includes('path-redirected');
    });
    expect(watching.changes().filter((change) => change.includes('private'))).toEqual([]);
  });

  it('ends with its watch when the collector stops', async () => {
    const standIn = new StandIn();
    const watching = new Watching(temporaryFolder(), { watch: standIn.watch });
    await standIn.output(0);
    await watching.stop();
    expect(standIn.closed).toBe(1);
  });

  it('starts the collector anew when something fails that nobody expected', async () => {
    const watching = new Watching('/tmp', {
      mode: () => {
        throw new Error('broken');
      },
    });
    await expect(watching.done).rejects.toMatchObject({ code: 'root-unreadable' });
  });
});
