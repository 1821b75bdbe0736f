import { watch } from 'chokidar';
import type { Depth } from './entries.ts';
import { errorCode } from './file-errors.ts';
import { type OtherKind, otherKindOf } from './passed-over.ts';

/** What can happen to a path in a watched folder. */
export type Change = 'add' | 'change' | 'unlink';

/** Where a watcher puts what it sees. Paths begin with the watched path and are claims: nothing about them is checked. */
export interface WatchOutput {
  file(change: Change, path: string): void;
  folder(change: 'add' | 'unlink', path: string): void;
  /** It came across what is neither file nor folder and passed it over; the same one may come again. */
  other(path: string, kind: OtherKind): void;
  /** Part of the folder is not watched; `code` is that of a system error or empty. */
  failed(code: string): void;
}

/** One folder being watched. It cannot be opened again after `close`. */
export interface FileWatcher {
  /** Resolves when what is there already is known, when that failed, and on `close`; never rejects. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of the watcher is left; afterwards nothing reaches its output. */
  close(): Promise<void>;
}

/** Begins to watch regular files and folders below `path`, to `depth`; what is there already is not reported. */
export type Watch = (path: string, depth: Depth, output: WatchOutput) => FileWatcher;

/** Watches with chokidar. Links, pipes, sockets and devices are passed over, and nothing is opened but folders. */
export function watchWithChokidar(path: string, depth: Depth, output: WatchOutput): FileWatcher {
  // They override the options below: https://github.com/paulmillr/chokidar/blob/main/README.md
  delete process.env['CHOKIDAR_USEPOLLING'];
  delete process.env['CHOKIDAR_INTERVAL'];
  const closing = new AbortController();
  const watcher = watch(path, {
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
    ignorePermissionErrors: true,
    alwaysStat: true,
    awaitWriteFinish: false,
    ...(Number.isFinite(depth) && { depth }),
    ignored: (at, stats) => {
      const kind = stats === undefined ? null : otherKindOf(stats);
      // chokidar asks about the folders above, too.
      if (kind !== null && at.startsWith(`${path}/`) && !closing.signal.aborted)
        output.other(at, kind);
      return kind !== null;
    },
  });
  const ready = new Promise<void>((resolve) => {
    watcher.on('ready', resolve);
    watcher.on('error', () => resolve());
    closing.signal.addEventListener('abort', () => resolve());
  });
  watcher.on('all', (event, at) => {
    if (closing.signal.aborted) return;
    switch (event) {
      case 'add':
      case 'change':
      case 'unlink':
        output.file(event, at);
        break;
      case 'addDir':
        output.folder('add', at);
        break;
      case 'unlinkDir':
        output.folder('unlink', at);
        break;
      case 'all':
      case 'ready':
      case 'raw':
      case 'error':
    }
  });
  watcher.on('error', (error) => {
    if (!closing.signal.aborted) output.failed(errorCode(error));
  });
  return {
    ready,
    async close() {
      closing.abort();
      await watcher.close();
    },
  };
}
