/**
 * Which files hold data of which chain, by path.
 *
 * Invariants: a path has at most one tie a chain; a lineage tie replaces a temporal one; a rename moves the ties, every
 * other transfer copies them; a removed path is forgotten, so that a new file of that name is a new file. A tie is
 * remembered for `lineageUs` after the file's last step, the limit included. A path is kept in its hidden form (`hide`), so a
 * secret in a name is never written down, and the file is known again all the same.
 * Bounds: `maxFiles` paths, the one untouched longest goes first and is counted when it was still remembered; `MAX_TIES` a path; `MAX_TRAIL` places a
 * tie, the middle ones go first.
 */
import type { Link } from '../../rules/finding.ts';
import { FolderIndex } from './folder-index.ts';
import { PassedTime } from './passed-time.ts';
import { isWithin, pathKey, realPath } from './paths.ts';

export const MAX_FILES = 100_000;
export const MAX_TIES = 8;
export const MAX_TRAIL = 64;
/** Most files below one folder that are looked at for one event; a rename takes them all. */
const MAX_WITHIN = 1000;
/** Folders with more files are searched from the file touched last, so that no look-up takes long. */
const MAX_SORTED = 2000;

export interface PlaceInTime {
  readonly path: string;
  readonly clockUs: number;
}

export interface Tie {
  readonly chainId: string;
  readonly link: Exclude<Link, 'pipe'>;
  /** The file is an export of the chain, and stays one under any name. */
  readonly counts: boolean;
  /** Last write, in microseconds on the timeline. */
  readonly writtenUs: number;
  /** Every path the data had on its way here, this one last. */
  readonly trail: readonly PlaceInTime[];
}

export interface TrackedFile {
  readonly key: string;
  readonly path: string;
  readonly touchedUs: number;
  readonly ties: readonly Tie[];
}

/** Gives a path without the secrets in it: the same for the same path, and as it is where there is none. */
export type HidePath = (path: string) => string;

export class Lineage {
  readonly #lineageUs: number;
  readonly #maxFiles: number;
  readonly #hide: HidePath;
  readonly #time: PassedTime;
  /** Tracked files whose path was hidden. As long as there is none, no path that is looked up can be one of them. */
  readonly #hidden = new Set<string>();
  /** In order of last touch, oldest first. */
  readonly #files = new Map<string, TrackedFile>();
  readonly #folders = new FolderIndex();
  readonly #changed = new Set<string>();
  /** Chains that lost a file to the bound since they were last asked for. */
  #losers: string[] = [];
  #evicted = 0;

  constructor(
    lineageUs: number,
    maxFiles = MAX_FILES,
    hide: HidePath = (path) => path,
    time = new PassedTime(),
  ) {
    this.#lineageUs = lineageUs;
    this.#maxFiles = maxFiles;
    this.#hide = hide;
    this.#time = time;
  }

  get size(): number {
    return this.#files.size;
  }

  get evicted(): number {
    return this.#evicted;
  }

  /** The key by which a file at that path is known, if it is. */
  keyOf(path: string): string {
    return this.#hidden.size === 0 ? pathKey(path) : pathKey(this.#hide(realPath(path)));
  }

  find(path: string, clockUs: number): TrackedFile | null {
    const file = this.#files.get(this.keyOf(path));
    // One that is too old is not deleted: the clock may be wrong, which only shows when it is set back.
    return file && this.#isAlive(file, clockUs) ? file : null;
  }

  #isAlive({ touchedUs }: TrackedFile, clockUs: number): boolean {
    return this.#time.between(touchedUs, clockUs) <= this.#lineageUs;
  }

  /** Tracked files in a folder, at any depth, in order of last touch; the last `limit` of them. */
  within(folder: string, clockUs: number, limit = MAX_WITHIN): readonly TrackedFile[] {
    const folderKey = this.keyOf(folder);
    const isAlive = (file: TrackedFile): boolean => this.#isAlive(file, clockUs);
    if (this.#folders.count(folderKey) <= MAX_SORTED) {
      return [...this.#folders.within(folderKey)]
        .flatMap((key) => this.#files.get(key) ?? [])
        .filter(isAlive)
        .toSorted(byTouch)
        .slice(-limit);
    }
    const found: TrackedFile[] = [];
    for (const file of [...this.#files.values()].toReversed()) {
      if (found.length >= limit || !isAlive(file)) break;
      if (file.key !== folderKey && isWithin(file.key, folderKey)) found.push(file);
    }
    return found.toSorted(byTouch);
  }

  /** The path itself when it is tracked, else what is tracked below it. */
  at(path: string, clockUs: number, limit = MAX_WITHIN): readonly TrackedFile[] {
    const file = this.find(path, clockUs);
    return file ? [file] : this.within(path, clockUs, limit);
  }

  /** A process wrote the path, and the path is thereby tied to the chain. */
  write(path: string, clockUs: number, chainId: string, link: Tie['link']): void {
    const known = this.find(path, clockUs);
    const own = known?.ties.find((tie) => tie.chainId === chainId);
    const isStronger = own === undefined || (own.link === 'temporal' && link === 'lineage');
    const tie: Tie = isStronger
      ? {
          chainId,
          link,
          counts: own?.counts ?? false,
          writtenUs: clockUs,
          trail: own?.trail ?? [{ path: this.#shown(path), clockUs }],
        }
      : { ...own, writtenUs: clockUs };
    const others = (known?.ties ?? []).filter(
      (other) => other.chainId !== chainId && (other.link === 'lineage' || link === 'temporal'),
    );
    this.#set(path, clockUs, [...others, tie]);
  }

  /** Somebody else changed a tracked file: it is still the chain's. */
  touch(file: TrackedFile, clockUs: number): void {
    this.#set(
      file.path,
      clockUs,
      file.ties.map((tie) => ({ ...tie, writtenUs: clockUs })),
    );
  }

  /** The file took a step that changed nothing in it, an upload: it is remembered from then on. */
  renew(path: string, clockUs: number): void {
    const file = this.find(path, clockUs);
    if (file) this.#set(file.path, clockUs, file.ties);
  }

  /** The data of `sources` is now also at `path`. */
  derive(sources: readonly TrackedFile[], path: string, clockUs: number): void {
    const target = this.keyOf(path);
    const known = this.find(path, clockUs);
    const byChain = new Map<string, Tie>();
    for (const source of sources) {
      if (source.key === target) continue;
      for (const tie of source.ties) {
        const other = byChain.get(tie.chainId);
        if (!other || isBetter(tie, other)) byChain.set(tie.chainId, tie);
      }
    }
    if (byChain.size === 0) return;
    const here = { path: this.#shown(path), clockUs };
    const ties = [...byChain.values()].map((tie) => {
      const already = known?.ties.find((own) => own.chainId === tie.chainId);
      const isWeaker = already?.link === 'temporal' && tie.link === 'lineage';
      if (already && !isWeaker) return { ...already, writtenUs: clockUs };
      return { ...tie, writtenUs: clockUs, trail: bounded([...tie.trail, here]) };
    });
    this.#set(path, clockUs, ties);
  }

  /** A rename: what was at `source` (a file, or a folder with all that is in it) is now at `path`, and only there. */
  move(source: string, path: string, clockUs: number): readonly string[] {
    if (pathKey(source) === pathKey(path)) return this.#respell(source, path, clockUs);
    const moved = this.#transfer(source, path, clockUs, this.#maxFiles);
    for (const { from } of moved) this.#delete(from);
    return moved.map(({ to }) => to);
  }

  /** A copy or clone of a file or of a folder: the content is written anew. */
  copy(source: string, path: string, clockUs: number): readonly string[] {
    const copied = this.#transfer(source, path, clockUs);
    for (const { to } of copied) {
      const file = this.#files.get(this.keyOf(to));
      if (file) this.touch(file, clockUs);
    }
    return copied.map(({ to }) => to);
  }

  /** A hard link: one more name, nothing is written. */
  link(source: string, path: string, clockUs: number): readonly string[] {
    return this.#transfer(source, path, clockUs).map(({ to }) => to);
  }

  remove(path: string): void {
    const file = this.#files.get(this.keyOf(path));
    if (file) this.#delete(file);
  }

  /** The tie of a chain now counts as its export. */
  count({ key }: TrackedFile, chainId: string): void {
    const file = this.#files.get(key);
    if (!file) return;
    const ties = file.ties.map((tie) => (tie.chainId === chainId ? { ...tie, counts: true } : tie));
    this.#set(file.path, file.touchedUs, ties, true);
  }

  /** Ids of chains of which a file is no longer followed since the last call, once a file. */
  takeLosers(): readonly string[] {
    const losers = this.#losers;
    this.#losers = [];
    return losers;
  }

  /** Paths that changed since the last call, each with what is known of it now (`null`: forgotten). */
  takeChanges(): readonly { readonly key: string; readonly file: TrackedFile | null }[] {
    const changes = [...this.#changed].map((key) => ({ key, file: this.#files.get(key) ?? null }));
    this.#changed.clear();
    return changes;
  }

  /** Takes up what an earlier run knew, oldest touch first. */
  resume(files: Iterable<TrackedFile>): void {
    for (const file of files) this.#set(file.path, file.touchedUs, file.ties);
    this.#changed.clear();
  }

  /** A rename that changes only capitals or the Unicode form: the same files, shown differently. */
  #respell(source: string, path: string, clockUs: number): readonly string[] {
    const depth = pathKey(source).split('/').length;
    return this.at(source, clockUs, this.#maxFiles).map((file) => {
      const to = this.#shown([path, ...file.path.split('/').slice(depth)].join('/'));
      this.#set(to, clockUs, file.ties);
      return to;
    });
  }

  #transfer(
    source: string,
    path: string,
    clockUs: number,
    limit = MAX_WITHIN,
  ): readonly { readonly from: TrackedFile; readonly to: string }[] {
    const sourceKey = pathKey(source);
    const files = this.at(source, clockUs, limit).filter((file) => file.key !== this.keyOf(path));
    return files.map((from) => {
      // By components, because a name may be longer in one Unicode form than in the other.
      const rest = from.path.split('/').slice(sourceKey.split('/').length);
      const to = this.#shown([path, ...rest].join('/'));
      const here = { path: to, clockUs };
      const ties = from.ties.map((tie) => ({ ...tie, trail: bounded([...tie.trail, here]) }));
      this.#set(to, clockUs, ties);
      return { from, to };
    });
  }

  /** The form in which a path is kept. */
  #shown(path: string): string {
    return this.#hide(realPath(path));
  }

  /** `inPlace` keeps the order of touches. */
  #set(path: string, touchedUs: number, ties: readonly Tie[], inPlace = false): void {
    const shown = this.#shown(path);
    const key = pathKey(shown);
    const isNew = !this.#files.has(key);
    if (!inPlace) this.#files.delete(key);
    this.#files.set(key, { key, path: shown, touchedUs, ties: ties.slice(-MAX_TIES) });
    if (shown.includes('[REDACTED')) this.#hidden.add(key);
    this.#changed.add(key);
    if (!isNew) return;
    this.#folders.add(key);
    if (this.#files.size <= this.#maxFiles) return;
    const [oldest] = this.#files.values();
    if (oldest) {
      this.#delete(oldest);
      if (!this.#isAlive(oldest, touchedUs)) return;
      this.#evicted += 1;
      this.#losers.push(...oldest.ties.map((tie) => tie.chainId));
    }
  }

  #delete(file: TrackedFile): void {
    if (!this.#files.delete(file.key)) return;
    this.#hidden.delete(file.key);
    this.#changed.add(file.key);
    this.#folders.remove(file.key);
  }
}

/** Of two ways to the same chain lineage is better than time, then the export better than what is only followed. */
function isBetter(tie: Tie, other: Tie): boolean {
  if (tie.link !== other.link) return tie.link === 'lineage';
  return tie.counts && !other.counts;
}

function byTouch(a: TrackedFile, b: TrackedFile): number {
  return a.touchedUs - b.touchedUs || Number(a.key > b.key) - Number(a.key < b.key);
}

function bounded(trail: readonly PlaceInTime[]): readonly PlaceInTime[] {
  if (trail.length <= MAX_TRAIL) return trail;
  return [...trail.slice(0, MAX_TRAIL / 2), ...trail.slice(-MAX_TRAIL / 2)];
}
