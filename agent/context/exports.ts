/**
 * From file events to exports: who wrote a file, which chain it belongs to, and whether it counts.
 *
 * A written file belongs to the chain of the writing session, else to the chain whose redirected output it is, else to the
 * chain whose pipe the writer reads, else to the chains whose files went into it, else, by time alone, to the user's newest
 * run. It counts as an export by its name, its folder or its way (see `isExport`), and then under every later name.
 */
import type { FileTransfer } from '../../collectors/event.ts';
import type { Step } from '../../rules/finding.ts';
import type { Chain } from './chain.ts';
import { type Derivation, derivationOf } from './derivation.ts';
import { cloudBackedFolder } from './evidence/cloud-backed-folder.ts';
import { landedInSyncFolder } from './evidence/landed-in-sync-folder.ts';
import { hasExportName } from './export-name.ts';
import { type EventOf, type Facts, type Moment, type Movement, step } from './facts.ts';
import type { Tie, TrackedFile } from './lineage.ts';
import { miss } from './misses.ts';
import { pathKey } from './paths.ts';
import { type ProcessNode, remember } from './process-tree.ts';

type Write = 'created' | 'closed' | 'received';

/** A file was made or changed by a process. */
export function fileWritten(
  facts: Facts,
  node: ProcessNode,
  path: string,
  write: Write,
  at: Moment,
  written: Moment = at,
): readonly Movement[] {
  const key = pathKey(path);
  const redirected = write === 'closed' ? node.redirects.get(key) : undefined;
  if (write === 'created') remember(node.created, key, path);
  if (write === 'closed') node.created.delete(key);

  // A file that is made anew under a known name is another file.
  if (write === 'created') facts.lineage.remove(path);

  const own = sinceBegun(facts, ownerOf(node, redirected), written);
  const derivation = sinceWritten(derivationOf(facts, node, path, at), written);
  if (own) {
    const others = (derivation?.sources ?? []).map((file) => withoutChain(file, own.chainId));
    facts.lineage.derive(others, path, at.clockUs);
    facts.lineage.write(path, at.clockUs, own.chainId, own.link);
    return settle(facts, node, path, 'file-written', null, at);
  }
  if (derivation) {
    facts.lineage.derive(derivation.sources, path, at.clockUs);
    const action = derivation.by === 'archiver' ? 'file-archived' : 'file-copied';
    return settle(facts, node, path, action, derivation.sources[0]?.path ?? null, at);
  }
  const known = facts.lineage.find(path, at.clockUs);
  if (known) {
    facts.lineage.touch(known, at.clockUs);
    return settle(facts, node, path, 'file-written', null, at);
  }
  return writtenInTime(facts, node.userId, path, at, written)
    ? settle(facts, node, path, 'file-written', null, at)
    : [];
}

/** The chain whose data a process writes without naming a file: its session's, the redirected tool's, or that of its pipe. */
function ownerOf(
  { chainId, downstreamOf }: ProcessNode,
  redirected: string | undefined,
): Pick<Tie, 'chainId' | 'link'> | null {
  const session = chainId ?? redirected ?? null;
  if (session !== null) return { chainId: session, link: 'lineage' };
  if (!downstreamOf) return null;
  const { link } = downstreamOf;
  return { chainId: downstreamOf.chainId, link: link === 'temporal' ? link : 'lineage' };
}

/** The owner, unless the content is older than the first run of its chain: then somebody only moved it. */
function sinceBegun<T extends Pick<Tie, 'chainId'>>(
  facts: Facts,
  owner: T | null,
  written: Moment,
): T | null {
  const chain = owner && facts.chains.get(owner.chainId);
  return chain && written.clockUs < chain.firstClockUs ? null : owner;
}

/** The sources that were there when the content was written. */
function sinceWritten(derivation: Derivation | null, written: Moment): Derivation | null {
  const sources = derivation?.sources.filter(({ ties }) =>
    ties.some(({ trail: [first] }) => first !== undefined && first.clockUs <= written.clockUs),
  );
  return derivation && sources && sources.length > 0 ? { ...derivation, sources } : null;
}

function withoutChain(file: TrackedFile, chainId: string): TrackedFile {
  return { ...file, ties: file.ties.filter((tie) => tie.chainId !== chainId) };
}

const TRANSFERS = {
  'file.rename': 'move',
  'file.link': 'link',
  'file.clone': 'copy',
  'file.copyfile': 'copy',
} as const;

/** A rename, copy, clone or link: the ties go with the file, or the new name makes it an export. */
export function fileTransferred(
  facts: Facts,
  node: ProcessNode,
  event: FileTransfer,
  at: Moment,
): readonly Movement[] {
  const { sourcePath, path } = event;
  const isRename = event.kind === 'file.rename';
  if (isRename) facts.recentWrites.remove(sourcePath);
  const reached = facts.lineage[TRANSFERS[event.kind]](sourcePath, path, at.clockUs);
  if (isRename)
    for (const holder of facts.tree.lineOf(node)) followCreation(holder, sourcePath, path);
  if (reached.length > 0) {
    const action = isRename ? 'file-moved' : 'file-copied';
    return reached.flatMap((to) => settle(facts, node, to, action, sourcePath, at));
  }
  const replaced = facts.lineage.find(path, at.clockUs);
  if (replaced && isRename && facts.kinds.reader(node.process)?.class === 'editor') {
    // Editors save a new version beside the file and move it over the old one.
    facts.lineage.touch(replaced, at.clockUs);
    return settle(facts, node, path, 'file-written', null, at);
  }
  // What lay at the target before has been replaced by something else.
  facts.lineage.remove(path);
  // A rename or link writes nothing: what it brings in was written when the content last changed.
  const { modifiedUs } = event.file;
  const isName = isRename || event.kind === 'file.link';
  const written = isName && modifiedUs !== null ? shifted(facts, at, modifiedUs) : at;
  return fileWritten(facts, node, path, 'received', at, written);
}

/** The folder watcher saw a file. It cannot say who wrote it, so only time can tie it to a session. */
export function fileWatched(
  facts: Facts,
  event: EventOf<'file.watched'>,
  at: Moment,
): readonly Movement[] {
  const { path, file } = event;
  const known = facts.lineage.find(path, at.clockUs);
  if (event.change === 'unlink') {
    facts.recentWrites.remove(path);
    if (known && known.touchedUs <= at.clockUs) facts.lineage.remove(path);
    return [];
  }
  if (known) {
    if (known.ties.some((tie) => tie.link === 'lineage')) return [];
    facts.lineage.touch(known, at.clockUs);
    return settle(facts, null, path, 'file-written', null, at);
  }
  const home = facts.accounts.homeOf(path);
  const userId = file.ownerId ?? (home === null ? null : facts.accounts.ownerOf(home));
  const written = file.modifiedUs === null ? at : shifted(facts, at, file.modifiedUs);
  if (userId === null || !writtenInTime(facts, userId, path, at, written)) return [];
  return settle(facts, null, path, 'file-written', null, at);
}

/** Ties a file to the user's newest run when it is an export by name, in a watched folder, and soon enough after the run. */
function writtenInTime(
  facts: Facts,
  userId: number,
  path: string,
  at: Moment,
  written: Moment,
): boolean {
  if (!facts.accounts.isWatchedBy(userId, path)) return false;
  const chain = newestRun(facts, userId, at.clockUs);
  const { exportUs } = facts.windows;
  const beyondUs = chain
    ? facts.time.between(chain.lastRunClockUs, at.clockUs) - exportUs
    : Number.POSITIVE_INFINITY;
  if (!hasExportName(facts, path)) {
    if (chain && beyondUs <= 0) miss(chain, 'no-export-name', at.timeUs, path);
    return false;
  }
  if (beyondUs > 0)
    facts.recentWrites.add(userId, { path, ...at, writtenClockUs: written.clockUs });
  if (!chain) return false;
  if (beyondUs > 0) {
    miss(chain, 'outside-export-window', at.timeUs, path, { beyondUs, limitUs: exportUs });
    return false;
  }
  const olderUs = facts.time.between(written.clockUs, chain.lastRunClockUs);
  if (olderUs > 0) {
    miss(chain, 'content-older-than-run', at.timeUs, path, { beyondUs: olderUs, limitUs: 0 });
    return false;
  }
  facts.lineage.write(path, at.clockUs, chain.id, 'temporal');
  return true;
}

/**
 * A run that is known only now began at `start`: what its user wrote since is tied to it by time, as if it had been known
 * from the beginning.
 */
export function writtenSince(facts: Facts, chain: Chain, start: Moment): readonly Movement[] {
  return facts.recentWrites
    .takeSince(chain.userId, start.clockUs)
    .filter(({ path, clockUs }) => {
      const isInTime = facts.time.between(start.clockUs, clockUs) <= facts.windows.exportUs;
      return isInTime && facts.lineage.find(path, clockUs) === null;
    })
    .flatMap(({ path, timeUs, clockUs }) => {
      facts.lineage.write(path, clockUs, chain.id, 'temporal');
      return settle(facts, null, path, 'file-written', null, { timeUs, clockUs });
    });
}

/** The chain of the user whose last run began last, up to now. */
function newestRun(facts: Facts, userId: number, clockUs: number): Chain | null {
  let newest: Chain | null = null;
  for (const chain of facts.chains.ofUser(userId)) {
    if (chain.lastRunClockUs > clockUs) continue;
    if (!newest || chain.lastRunClockUs >= newest.lastRunClockUs) newest = chain;
  }
  return newest;
}

/** What a changed path means for every chain it is tied to: an export, and perhaps already an upload. */
export function settle(
  facts: Facts,
  node: ProcessNode | null,
  path: string,
  action: Step['action'],
  sourcePath: string | null,
  at: Moment,
): readonly Movement[] {
  const file = facts.lineage.find(path, at.clockUs);
  if (!file) return [];
  return file.ties.flatMap((tie) => {
    const chain = facts.chains.get(tie.chainId);
    if (!chain || !countsNow(facts, chain, file, tie)) return [];
    // A new name for an old export is no new export; a file that counts from now on is one.
    const exportedUs = tie.counts ? tie.writtenUs : at.clockUs;
    const before = chain.exportedClockUs[tie.link];
    chain.exportedClockUs[tie.link] = Math.max(before ?? exportedUs, exportedUs);
    const moved: Movement = {
      chain,
      stage: 'export',
      link: tie.link,
      evidence: null,
      service: null,
      destination: null,
      step: step(at, action, node, { path: file.path, sourcePath, link: tie.link }),
      places: tie.trail,
    };
    return [
      moved,
      ...landedInSyncFolder(facts, moved, node, at),
      ...cloudBackedFolder(facts, moved, node, at),
    ];
  });
}

function countsNow(facts: Facts, chain: Chain, file: TrackedFile, tie: Tie): boolean {
  if (tie.counts) return true;
  if (!isExport(facts, chain, file, tie)) {
    const isState = facts.accounts.place(file.path).isApplicationState;
    const reason = isState ? 'application-state' : 'no-export-name';
    miss(chain, reason, Math.round(file.touchedUs), file.path);
    return false;
  }
  facts.lineage.count(file, chain.id);
  return true;
}

/** By its place in a sync folder or in the user's Downloads or Documents, or by its name anywhere but in application state. */
function isExport(facts: Facts, chain: Chain, file: TrackedFile, tie: Tie): boolean {
  if (tie.link === 'temporal' || facts.cloud.syncFolder(file.path)) return true;
  if (facts.accounts.place(file.path).isApplicationState) return false;
  return hasExportName(facts, file.path) || facts.accounts.isWatchedBy(chain.userId, file.path);
}

/**
 * A file that the process or one above it made under one name, and that is renamed before it is closed, may still be a
 * redirection's target.
 */
function followCreation({ created, redirects }: ProcessNode, from: string, to: string): void {
  const key = pathKey(from);
  const chainId = redirects.get(key);
  if (created.delete(key)) remember(created, pathKey(to), to);
  if (chainId === undefined) return;
  redirects.delete(key);
  remember(redirects, pathKey(to), chainId);
}

function shifted(facts: Facts, at: Moment, timeUs: number): Moment {
  return { timeUs, clockUs: facts.time.before(at.clockUs, at.timeUs - timeUs) };
}
