import type { LiveOutput, TroubleCode } from '../collector.ts';
import { type Depth, entriesBelow } from './entries.ts';
import { errorCode, isMissing, troubleOf, unreadable } from './file-errors.ts';
import { PassedOver } from './passed-over.ts';
import { fitDepth, inspectRoot, type WatchRoot } from './roots.ts';
import type { Change, FileWatcher, Watch } from './watch.ts';

/** A change that the watcher of a root reported and nobody has checked. */
export interface RootChange {
  readonly root: WatchedRoot;
  readonly realRoot: string;
  readonly change: Change;
  readonly path: string;
}

/** What a watched root needs from its collector. */
export interface WatchedRootOptions {
  readonly watch: Watch;
  readonly maxEntries: number;
  readonly output: Pick<LiveOutput, 'trouble' | 'recovered'>;
  readonly changed: (change: RootChange) => void;
}

interface Watching {
  readonly watcher: FileWatcher;
  readonly identity: string;
  readonly realRoot: string;
  readonly depth: Depth;
  entries: number;
  failure: string | null;
}

/**
 * One root and its watch. At every moment at most one watch reports; a deeper or new one takes over when it is ready.
 * The watch never knows of more than `maxEntries` entries: at the bound it ends and the next check begins a shallower
 * one, or none. Lasting trouble is reported when it begins and when it is over, single events once between two checks
 * for each code. What is neither file nor folder is one remark, told when it begins and brought up to date by the
 * checks.
 */
export class WatchedRoot {
  readonly #root: WatchRoot;
  readonly #options: WatchedRootOptions;
  readonly #told = new Set<TroubleCode>();
  readonly #closing = new Set<Promise<void>>();
  readonly #passedOver: PassedOver;
  /** Trouble that lasts, and what of that and of the remark was told last. */
  #lasting: readonly Lasting[] = [];
  #reported: ReadonlyMap<TroubleCode, string> = new Map();
  #watching: Watching | null = null;
  #next: Watching | null = null;
  #checking: Promise<void> | null = null;
  #wanted: Depth = 0;
  #mayCheckEarly = true;
  #isClosed = false;
  /** Something was at its path since it is watched. */
  #wasThere = false;

  constructor(root: WatchRoot, options: WatchedRootOptions) {
    this.#root = root;
    this.#options = options;
    this.#passedOver = new PassedOver(root.path);
  }

  get uid(): number {
    return this.#root.uid;
  }

  get path(): string {
    return this.#root.path;
  }

  /** A folder that never was there is missed by nobody; one that was is a trouble when it is gone. */
  get neverWas(): boolean {
    return !this.#wasThere;
  }

  /** Compares the root with what is watched and mends the difference. A check that is still under way is not repeated. */
  async check(wanted: Depth): Promise<void> {
    this.#told.clear();
    this.#mayCheckEarly = true;
    this.#wanted = wanted;
    await this.#checkOnce();
  }

  /** Reports a single event about this root. */
  once(code: TroubleCode, detail: string): void {
    if (this.#told.has(code) || this.#isOver()) return;
    this.#told.add(code);
    this.#options.output.trouble({ code, detail, subject: this.#root.path, lasts: false });
  }

  /** Ends the watch of a root that is not to be watched any more, and its trouble with it. Resolves as `close` does. */
  async forget(): Promise<void> {
    await this.close();
    this.#passedOver.forget();
    this.#settle([]);
  }

  /** Ends the watch. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unwatch();
    if (this.#next) this.#end(this.#next);
    await this.#checking;
    await Promise.all(this.#closing);
  }

  async #checkOnce(): Promise<void> {
    this.#checking ??= this.#inspect().finally(() => {
      this.#checking = null;
    });
    await this.#checking;
  }

  async #inspect(): Promise<void> {
    const state = await inspectRoot(this.#root);
    if (this.#isOver()) return;
    if (state.kind === 'refused') {
      this.#wasThere ||= state.code !== 'root-missing';
      if (this.#wasThere) this.#refuse(state);
      return;
    }
    this.#wasThere = true;
    const now = this.#watching;
    if (now && now.identity !== state.identity) {
      this.once('root-replaced', 'is another folder than before and is watched anew');
      this.#unwatch();
    }
    if (!this.#isAsWanted()) await this.#watch(state.identity, state.realPath);
    await this.#lookAtOthers();
  }

  async #lookAtOthers(): Promise<void> {
    const now = this.#watching;
    if (!now) return;
    await this.#passedOver.look(now.realRoot, () => entriesBelow(now.realRoot, now.depth));
    if (now === this.#watching) this.#settle(this.#lasting);
  }

  // A method, because what a property says is not believed to change while a function waits.
  #isOver(): boolean {
    return this.#isClosed;
  }

  #isAsWanted(): boolean {
    return this.#watching?.depth === this.#wanted && this.#watching.failure === null;
  }

  async #watch(identity: string, realRoot: string): Promise<void> {
    const { path } = this.#root;
    const { maxEntries } = this.#options;
    const wanted = this.#wanted;
    const fit = await fitDepth(path, wanted, maxEntries, () => this.#isOver());
    if (this.#isOver()) return;
    if (fit.kind === 'refused') {
      this.#refuse(fit);
      return;
    }
    const now = this.#watching;
    const shallow: readonly Lasting[] =
      fit.depth === wanted
        ? []
        : [['too-many-entries', `over ${maxEntries} entries: watched to depth ${fit.depth} only`]];
    if (now?.depth === fit.depth && now.failure === null) {
      this.#settle(shallow);
      return;
    }
    const next = this.#start(identity, realRoot, fit.depth, fit.entries);
    if (next === null) return;
    this.#next = next;
    await next.watcher.ready;
    this.#next = null;
    const after = await inspectRoot(this.#root);
    if (this.#isOver() || after.kind === 'refused' || after.identity !== identity) {
      this.#end(next);
      return;
    }
    this.#unwatch();
    if (next.entries > maxEntries) {
      this.#end(next);
      this.#overflow();
      return;
    }
    this.#watching = next;
    const { failure } = next;
    this.#settle(
      failure === null ? shallow : [...shallow, [troubleOf(failure), unreadable(failure)]],
    );
  }

  #start(identity: string, realRoot: string, depth: Depth, entries: number): Watching | null {
    const { watch, changed } = this.#options;
    let watching: Watching | null = null;
    const count = (change: Change): void => {
      if (watching === null) return;
      if (change === 'add') watching.entries += 1;
      if (change === 'unlink') watching.entries = Math.max(0, watching.entries - 1);
      if (watching.entries > this.#options.maxEntries && watching === this.#watching)
        this.#overflow();
    };
    try {
      const watcher = watch(this.#root.path, depth, {
        file: (change, path) => {
          if (watching !== null && watching === this.#watching)
            changed({ root: this, realRoot, change, path });
          count(change);
        },
        folder: count,
        other: (at, kind) => {
          const isShown = this.#passedOver.note(at, kind);
          if (isShown && watching !== null && watching === this.#watching)
            this.#settle(this.#lasting);
        },
        failed: (code) => {
          if (watching !== null && !isMissing(code)) this.#fail(watching, code);
        },
      });
      watching = { watcher, identity, realRoot, depth, entries, failure: null };
      return watching;
    } catch (error) {
      const code = errorCode(error);
      this.#settle([[troubleOf(code), unreadable(code)]]);
      return null;
    }
  }

  #fail(watching: Watching, code: string): void {
    watching.failure = code;
    if (watching !== this.#watching) return;
    this.#settle([...this.#lasting, [troubleOf(code), unreadable(code)]]);
  }

  #overflow(): void {
    this.#unwatch();
    const { maxEntries } = this.#options;
    this.#settle([['too-many-entries', `grew over ${maxEntries} entries: not watched for now`]]);
    if (!this.#mayCheckEarly) return;
    this.#mayCheckEarly = false;
    // Behind the check that is under way, if there is one.
    const early = (this.#checking ?? Promise.resolve()).then(() =>
      this.#isOver() ? undefined : this.#checkOnce(),
    );
    this.#closing.add(early);
    void early.finally(() => this.#closing.delete(early));
  }

  #refuse({ code, detail }: { readonly code: TroubleCode; readonly detail: string }): void {
    this.#unwatch();
    this.#passedOver.forget();
    this.#settle([[code, detail]]);
  }

  #unwatch(): void {
    if (this.#watching) this.#end(this.#watching);
    this.#watching = null;
  }

  #end({ watcher }: Watching): void {
    const closing = watcher.close();
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }

  #settle(lasting: readonly Lasting[]): void {
    const { output } = this.#options;
    const subject = this.#root.path;
    this.#lasting = lasting;
    const remark = this.#passedOver.text;
    const next = new Map<TroubleCode, string>();
    if (remark !== null) next.set('not-a-file', remark);
    for (const [code, detail] of lasting) next.set(code, detail);
    for (const code of this.#reported.keys()) {
      if (!next.has(code)) output.recovered(code, subject);
    }
    for (const [code, detail] of next) {
      const isRemark = detail === remark;
      if (this.#reported.get(code) !== detail)
        output.trouble({ code, detail, subject, lasts: true, ...(isRemark && { isRemark }) });
    }
    this.#reported = next;
  }
}

type Lasting = readonly [TroubleCode, string];
