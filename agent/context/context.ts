/**
 * What each event means for the chains. The page to read for "what happens on a rename?": every kind of event has its
 * paragraph here, the conclusions are drawn in the modules it calls.
 */
import type { Event, Process, ProcessExec } from '../../collectors/event.ts';
import { namedInputs, passedOn, redirectedInput } from './derivation.ts';
import { flowOnly, unnamedFlow } from './evidence/flow-only.ts';
import { namedInUploadCommand } from './evidence/named-in-upload-command.ts';
import { openedByBrowser, rememberBrowserOpen } from './evidence/opened-by-browser.ts';
import { openedBySyncClient } from './evidence/opened-by-sync-client.ts';
import { pipedToUploader, sentFromSession } from './evidence/piped-to-uploader.ts';
import { fileTransferred, fileWatched, fileWritten, writtenSince } from './exports.ts';
import type { EventOf, Facts, Moment, Movement } from './facts.ts';
import { miss } from './misses.ts';
import { baseName } from './paths.ts';
import { type ProcessNode, remember } from './process-tree.ts';
import { type Program, programOf, programOfCommandLine } from './program.ts';
import { beginSession, expectRedirection } from './sessions.ts';
import type { Upload } from './upload-command.ts';

/** Takes one event into account and says which steps of which chains it shows. Events come in order of `clockUs`. */
export function observe(facts: Facts, event: Event, clockUs: number): readonly Movement[] {
  const movements = movementsOf(facts, event, { timeUs: event.timeUs, clockUs });
  for (const { stage, step, places } of movements) {
    const left = stage === 'upload' ? (step.path ?? places.at(-1)?.path) : undefined;
    if (left !== undefined) facts.lineage.renew(left, clockUs);
  }
  return movements;
}

function movementsOf(facts: Facts, event: Event, at: Moment): readonly Movement[] {
  const { clockUs } = at;
  switch (event.kind) {
    case 'host.seen':
      facts.accounts.replace(event);
      return [];
    case 'resolver.answer':
      facts.cloud.learn(event.name, event.address, clockUs);
      return [];
    case 'collector.notice':
      return [];
    case 'process.seen':
      return seen(facts, event, at);
    case 'process.fork': {
      const { node, movements } = meet(facts, event, at);
      facts.tree.fork(node, event.child);
      return movements;
    }
    case 'process.exec':
      return executed(facts, event, at);
    case 'process.exit': {
      const { node, movements } = meet(facts, event, at);
      facts.tree.exit(node);
      facts.pipes.leave(node, clockUs);
      return movements;
    }
    case 'file.open': {
      const { node, movements } = meet(facts, event, at);
      return [...movements, ...opened(facts, node, event, at)];
    }
    case 'file.create': {
      const { node, movements } = meet(facts, event, at);
      return [...movements, ...fileWritten(facts, node, event.path, 'created', at)];
    }
    case 'file.close': {
      const { node, movements } = meet(facts, event, at);
      return [...movements, ...fileWritten(facts, node, event.path, 'closed', at)];
    }
    case 'file.truncate': {
      const { movements } = meet(facts, event, at);
      const file = facts.lineage.find(event.path, clockUs);
      if (file) facts.lineage.touch(file, clockUs);
      return movements;
    }
    case 'file.unlink': {
      const { movements } = meet(facts, event, at);
      facts.lineage.remove(event.path);
      facts.recentWrites.remove(event.path);
      return movements;
    }
    case 'file.rename':
    case 'file.link':
    case 'file.clone':
    case 'file.copyfile': {
      const { node, movements } = meet(facts, event, at);
      return [...movements, ...fileTransferred(facts, node, event, at)];
    }
    case 'file.watched':
      return fileWatched(facts, event, at);
    case 'network.flow':
      return connected(facts, event, at);
  }
}

/** The process of an event. One that was running before the agent saw it may itself be a database tool. */
function meet(
  facts: Facts,
  event: { readonly process: Process },
  at: Moment,
): { readonly node: ProcessNode; readonly movements: readonly Movement[] } {
  const { node, found } = facts.tree.meet(event.process);
  return { node, movements: found ? foundRunning(facts, node, at) : [] };
}

function foundRunning(facts: Facts, node: ProcessNode, at: Moment): readonly Movement[] {
  const { name, executable: path, startUs: began } = node.process;
  const program: Program = { name, path, module: null, args: [], isInterpreted: false };
  node.program = nameOf(program);
  const startUs = began ?? at.timeUs;
  return beginSession(facts, node, program, {
    timeUs: startUs,
    clockUs: Math.min(at.clockUs, facts.time.before(at.clockUs, at.timeUs - startUs)),
  });
}

function seen(facts: Facts, event: EventOf<'process.seen'>, at: Moment): readonly Movement[] {
  const { name, executable } = event.process;
  const program = programOfCommandLine(name, executable, event.commandLine);
  const { node: known, found } = facts.tree.see(event.process);
  const isMissedExec = !found && showsMissedTool(facts, known, event, program);
  if (!found && !isMissedExec) return [];
  const node = isMissedExec ? facts.tree.exec(known, event.process) : known;
  node.program = nameOf(program);
  const startUs = event.process.startUs ?? at.timeUs;
  const start = { timeUs: startUs, clockUs: facts.time.before(at.clockUs, at.timeUs - startUs) };
  const started = beginSession(facts, node, program, start);
  return [...started, ...started.flatMap(({ chain }) => writtenSince(facts, chain, start))];
}

/** The same execution under another image, and that is a database tool: the exec went by unseen. */
function showsMissedTool(
  facts: Facts,
  known: ProcessNode,
  event: EventOf<'process.seen'>,
  program: Program,
): boolean {
  return (
    known.chainId === null &&
    baseName(known.process.executable) !== baseName(event.process.executable) &&
    facts.databaseTools.identify(event.process, program) !== null
  );
}

function executed(facts: Facts, exec: ProcessExec, at: Moment): readonly Movement[] {
  const { node: before } = facts.tree.meet(exec.before);
  const known = facts.tree.get(exec.process);
  if (known && known.program !== null) return [];
  const node = facts.tree.exec(before, exec.process);
  const program = programOf(exec);
  node.program = nameOf(program);
  node.workingDirectory = exec.workingDirectory;
  const sent = facts.uploadTools.readAll(program, exec.process.signingId, isFed(exec, node));
  node.upload = sent.find(({ readsStandardInput }) => readsStandardInput) ?? sent[0] ?? null;
  node.inputs = namedInputs(facts, node, program, at, node.inputs);

  const started = beginSession(facts, node, program, at);
  const [run] = started;
  const hasFileOutput = exec.descriptors.some(({ fd, kind }) => fd === 1 && kind === 'vnode');
  if (run && hasFileOutput) expectRedirection(facts, node, run.chain.id);
  const piped = pipeline(facts, exec, node, at);
  if (node.downstreamOf && node.downstreamOf.link !== 'temporal' && hasFileOutput)
    expectRedirection(facts, node, node.downstreamOf.chainId);
  return [...started, ...uploads(facts, node, sent, at), ...piped];
}

/** Standard input is a pipe, or a chain's file that a shell opened before it became the program. */
function isFed(exec: ProcessExec, node: ProcessNode): boolean {
  const input = exec.descriptors.find(({ fd }) => fd === 0)?.kind;
  return input === 'pipe' || (input === 'vnode' && node.opened.size > 0);
}

/** An upload tool was started: from inside a session, or with files of (other) chains among its arguments. */
function uploads(
  facts: Facts,
  node: ProcessNode,
  sent: readonly Upload[],
  at: Moment,
): readonly Movement[] {
  return [
    ...sent.flatMap((upload) => sentFromSession(facts, node, upload, at)),
    ...namedInUploadCommand(facts, node, sent, at),
  ];
}

/** A member of a pipeline was started: the data of a session, or of a file it reads, may come to it or go on from it. */
function pipeline(
  facts: Facts,
  exec: ProcessExec,
  node: ProcessNode,
  at: Moment,
): readonly Movement[] {
  facts.pipes.connect(node, exec, at.clockUs);
  if (node.chainId === null)
    node.downstreamOf = facts.pipes.sourceOf(exec, node) ?? redirectedInput(facts, exec, node, at);
  node.passesOn = passedOn(facts, node, at);
  const reached = facts.pipes.spread(node);
  return [node, ...reached].flatMap((reader) => pipedToUploader(facts, reader, at));
}

/** Kernel flag FREAD: the file was opened for reading (es-format page; O_RDONLY is 1 here, not 0). */
const FREAD = 1;

function opened(
  facts: Facts,
  node: ProcessNode,
  event: EventOf<'file.open'>,
  at: Moment,
): readonly Movement[] {
  const file = facts.lineage.find(event.path, at.clockUs);
  if (!file || (event.flags & FREAD) === 0) return [];
  const reader = facts.kinds.reader(node.process);
  if (reader) {
    if (reader.class === 'finder') remember(node.opened, file.key, at.clockUs);
    for (const { chainId } of file.ties) {
      const chain = facts.chains.get(chainId);
      if (chain) miss(chain, 'opened-by-reader', at.timeUs, node.process.name);
    }
    return [];
  }
  rememberBrowserOpen(facts, node, file, at);
  remember(node.opened, file.key, at.clockUs);
  return openedBySyncClient(facts, node, file, at);
}

function connected(facts: Facts, flow: EventOf<'network.flow'>, at: Moment): readonly Movement[] {
  const node = facts.tree.current(flow.pid);
  const peer = node && facts.cloud.peer(flow.peerAddress, at.clockUs);
  if (!node) return [];
  if (!peer) {
    unnamedFlow(facts, node, flow, at);
    return [];
  }
  return [
    ...openedByBrowser(facts, node, flow, peer, at),
    ...flowOnly(facts, node, flow, peer, at),
  ];
}

function nameOf({ name, path, module, isInterpreted }: Program): Omit<Program, 'args'> {
  return { name, path, module, isInterpreted };
}
