import type { Event, FileDescriptor, FileState, Process, ProcessIdentity } from '../event.ts';
import type { EsAuditToken, EsDescriptor, EsFile, EsMessage, EsProcess } from './message.ts';

/** Why a message is of no interest. It was understood, it did not get lost. */
export type MessageSkip = 'event-not-used' | 'denied' | 'unmodified-close' | 'path-truncated';

/** Translates a message from Apple's names into the vocabulary of `event.ts`. Pure; nothing is looked up. */
export function normalize(message: EsMessage): Event | MessageSkip {
  const { event, timeUs } = message;
  if (event === null) return 'event-not-used';
  if (message.denied) return 'denied';
  const process = toProcess(message.process);
  const base = { collector: 'endpoint-security', timeUs, process } as const;
  switch (event.type) {
    case 'exec':
      return {
        ...base,
        kind: 'process.exec',
        process: toProcess(event.target),
        before: process,
        args: event.args,
        workingDirectory: event.cwd,
        script: event.script,
        descriptors: event.fds.map(toDescriptor),
      };
    case 'fork':
      return { ...base, kind: 'process.fork', child: toProcess(event.child) };
    case 'exit':
      return { ...base, kind: 'process.exit', status: event.stat };
    case 'open':
      if (event.file.pathTruncated) return 'path-truncated';
      return { ...base, kind: 'file.open', ...toFile(event.file), flags: event.fflag };
    case 'close':
      // A file changed only through mmap reports false; its `was_mapped_writable` lives as long as the vnode and proves nothing.
      if (!event.modified) return 'unmodified-close';
      if (event.target.pathTruncated) return 'path-truncated';
      return { ...base, kind: 'file.close', ...toFile(event.target) };
    case 'create':
      if (event.destination.pathTruncated) return 'path-truncated';
      return { ...base, kind: 'file.create', ...toFile(event.destination) };
    case 'unlink':
    case 'truncate':
      if (event.target.pathTruncated) return 'path-truncated';
      return { ...base, kind: `file.${event.type}`, ...toFile(event.target) };
    case 'rename':
    case 'link':
    case 'clone':
    case 'copyfile':
      if (event.source.pathTruncated || event.destinationTruncated) return 'path-truncated';
      return {
        ...base,
        kind: `file.${event.type}`,
        path: event.destinationPath,
        sourcePath: event.source.path,
        file: toState(event.source),
      };
  }
}

/** The audit user id of a process that no login started (AU_DEFAUDITID). */
const AUDIT_USER_UNSET = 4_294_967_295;

function toProcess(process: EsProcess): Process {
  const { auditToken } = process;
  return {
    pid: auditToken.pid,
    pidversion: auditToken.pidversion,
    parent:
      toIdentity(process.parentAuditToken) ??
      (process.ppid === null ? null : { pid: process.ppid, pidversion: null }),
    responsible: toIdentity(process.responsibleAuditToken),
    auditUserId: auditToken.auid === AUDIT_USER_UNSET ? null : auditToken.auid,
    realUserId: auditToken.ruid,
    executable: process.executablePath,
    name: process.executablePath.slice(process.executablePath.lastIndexOf('/') + 1),
    signingId: process.signingId,
    teamId: process.teamId,
    isPlatformBinary: process.isPlatformBinary,
    cdhash: process.cdhash,
    startUs: process.startUs,
  };
}

function toIdentity(token: EsAuditToken | null): ProcessIdentity | null {
  return token && { pid: token.pid, pidversion: token.pidversion };
}

function toFile(file: EsFile): { path: string; file: FileState } {
  return { path: file.path, file: toState(file) };
}

function toState(file: EsFile): FileState {
  return { inode: file.inode, size: file.size, ownerId: file.uid, modifiedUs: file.modifiedUs };
}

const DESCRIPTOR_KINDS: ReadonlyMap<number, FileDescriptor['kind']> = new Map([
  [1, 'vnode'],
  [2, 'socket'],
  [6, 'pipe'],
]);

function toDescriptor(descriptor: EsDescriptor): FileDescriptor {
  return {
    fd: descriptor.fd,
    kind: DESCRIPTOR_KINDS.get(descriptor.fdtype) ?? 'other',
    pipeId: descriptor.pipeId,
  };
}
