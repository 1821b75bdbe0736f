/**
 * The vocabulary of everything a collector can observe, in ECS terms.
 *
 * Every event carries its own clock (`timeUs`); nothing behind this file reads the wall clock. Text in an event (paths,
 * arguments, names) comes from other people: it is carried as it is, never executed, resolved or used as an object key.
 */

/** Where an event came from. Also the label under which received, stored, skipped and dropped records are counted. */
export type CollectorName =
  | 'endpoint-security'
  | 'processes'
  | 'files'
  | 'network'
  | 'host'
  | 'resolver'
  | 'notice';

/**
 * One execution of a program. Endpoint Security names it by pid and pidversion (both from the audit token); a process
 * list only knows pid and start time, so `pidversion` is `null` there.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly pidversion: number | null;
}

/** One entry of a process's file descriptor table at exec; `pipeId` is set for pipes only (fdtype 6). */
export interface FileDescriptor {
  readonly fd: number;
  readonly kind: 'vnode' | 'socket' | 'pipe' | 'other';
  readonly pipeId: string | null;
}

/** A process as a source describes it. Absent facts are `null`: a process list knows neither signing nor parents' versions. */
export interface Process extends ProcessIdentity {
  readonly parent: ProcessIdentity | null;
  /** The process the user acts through (Terminal, DBeaver ...); Apple's responsible process. */
  readonly responsible: ProcessIdentity | null;
  /** Login user (audit user id); `null` when the audit token says it was never set (4294967295). */
  readonly auditUserId: number | null;
  readonly realUserId: number;
  /** Absolute path as the kernel knows it, or the guess of a process list. */
  readonly executable: string;
  readonly name: string;
  readonly signingId: string | null;
  readonly teamId: string | null;
  readonly isPlatformBinary: boolean;
  /** Code directory hash, 40 hex digits in upper case. */
  readonly cdhash: string | null;
  /** Microseconds since 1970. A process list gives whole seconds. */
  readonly startUs: number | null;
}

interface EventBase {
  readonly collector: CollectorName;
  /** Microseconds since 1970 by the clock of the Mac that recorded the event. */
  readonly timeUs: number;
}

/** A program image was replaced: `process` is the image after the exec, `before` the identity of the image before it. */
export interface ProcessExec extends EventBase {
  readonly kind: 'process.exec';
  readonly process: Process;
  readonly before: Process;
  readonly args: readonly string[];
  readonly workingDirectory: string | null;
  /** Path of the script when the kernel started an interpreter for it (`./x.sh`), else `null`. */
  readonly script: string | null;
  readonly descriptors: readonly FileDescriptor[];
}

export interface ProcessFork extends EventBase {
  readonly kind: 'process.fork';
  readonly process: Process;
  readonly child: Process;
}

export interface ProcessExit extends EventBase {
  readonly kind: 'process.exit';
  readonly process: Process;
  /** wait(2) status: exit code in bits 8 to 15, signal in bits 0 to 6. */
  readonly status: number;
}

/** A process that a process list shows: older than the agent, or too short-lived for nobody to have reported its exec. */
export interface ProcessSeen extends EventBase {
  readonly kind: 'process.seen';
  readonly process: Process;
  readonly commandLine: string;
}

/** What a source says of a file at the moment of the event; an inode is text because system volumes exceed 2^53. */
export interface FileState {
  readonly inode: string | null;
  readonly size: number | null;
  readonly ownerId: number | null;
  /** When the content was last changed, by the file system; a rename leaves it as it was. */
  readonly modifiedUs: number | null;
}

interface FileEventBase extends EventBase {
  readonly process: Process;
  readonly path: string;
  readonly file: FileState;
}

export interface FileOpen extends FileEventBase {
  readonly kind: 'file.open';
  /** Kernel open flags (FREAD 1, FWRITE 2, ...), not those of open(2). */
  readonly flags: number;
}

/** A descriptor was closed after the file was changed through it; closes without a change are skipped at the border. */
export interface FileClose extends FileEventBase {
  readonly kind: 'file.close';
}

export interface FileCreate extends FileEventBase {
  readonly kind: 'file.create';
}

export interface FileUnlink extends FileEventBase {
  readonly kind: 'file.unlink';
}

export interface FileTruncate extends FileEventBase {
  readonly kind: 'file.truncate';
}

/** The file (or folder) at `sourcePath` is now (rename) or also (link, clone, copyfile) at `path`; `file` is the source's state. */
export interface FileTransfer extends FileEventBase {
  readonly kind: 'file.rename' | 'file.link' | 'file.clone' | 'file.copyfile';
  readonly sourcePath: string;
}

/** The folder watcher saw a path change. It cannot say who did it, so it never proves lineage. */
export interface FileWatched extends EventBase {
  readonly kind: 'file.watched';
  readonly change: 'add' | 'change' | 'unlink';
  readonly path: string;
  readonly file: FileState;
}

/** A connection that the previous sample of the network did not show. */
export interface NetworkFlow extends EventBase {
  readonly kind: 'network.flow';
  readonly protocol: string;
  readonly localAddress: string;
  readonly localPort: string;
  readonly peerAddress: string;
  readonly peerPort: string;
  readonly pid: number;
  readonly processName: string;
}

/** Which address the resolver gave for a name of the catalogue. */
export interface ResolverAnswer extends EventBase {
  readonly kind: 'resolver.answer';
  readonly name: string;
  readonly address: string;
}

/** A user account; `folders` names those folders of the home that are themselves synced to a cloud service. */
export interface Account {
  readonly uid: number;
  readonly name: string;
  readonly home: string;
  /** `null` when the record does not say: then it is not complete for this account. */
  readonly groups: readonly string[] | null;
  readonly folders: ReadonlyMap<string, string>;
}

/** The host and its accounts; `complete` says that the account list and all groups could be read. */
export interface HostSeen extends EventBase {
  readonly kind: 'host.seen';
  readonly hostname: string;
  readonly hostId: string;
  readonly osVersion: string;
  readonly complete: boolean;
  readonly accounts: readonly Account[];
}

/** A collector says something about itself, for example that its sensor was restarted. */
export interface CollectorNotice extends EventBase {
  readonly kind: 'collector.notice';
  readonly about: string;
  readonly code: string;
  readonly detail: string;
}

export type FileEvent =
  | FileOpen
  | FileClose
  | FileCreate
  | FileUnlink
  | FileTruncate
  | FileTransfer;

export type Event =
  | ProcessExec
  | ProcessFork
  | ProcessExit
  | ProcessSeen
  | FileEvent
  | FileWatched
  | NetworkFlow
  | ResolverAnswer
  | HostSeen
  | CollectorNotice;
