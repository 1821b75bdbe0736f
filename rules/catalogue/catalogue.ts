import type { ServiceTier, ToolKind } from '../finding.ts';
import type { AddressRanges } from './address-ranges.ts';
import type { DomainNames } from './domain-names.ts';

export const TRUSTS = ['high', 'medium', 'low'] as const;
/** How well a fact is known: read in a published signature requirement or rule, in two sources, or in one or none. */
type Trust = (typeof TRUSTS)[number];

/** Where a row of the catalogue comes from. */
export interface Provenance {
  readonly source: string;
  readonly trust: Trust;
  /** Day on which somebody last looked, YYYY-MM-DD. */
  readonly checked: string;
}

/** What a shared name needs beside itself: one of `args` among the arguments, or one of `paths` in the executable's path. */
interface ToolNeeds {
  readonly args: readonly string[];
  readonly paths: readonly string[];
}

/** A database client. Every list may be empty, but not all of them. */
export interface DatabaseTool extends Provenance {
  /** What findings call it; several programs of one product may share a row. */
  readonly name: string;
  readonly kind: ToolKind;
  /** Signing ids, exact, or a prefix when the last character is `*`. Without the hash that ad hoc signing appends. */
  readonly signingIds: readonly string[];
  /** `null` when nobody knows it. A team signs other products too and never identifies the tool alone. */
  readonly teamId: string | null;
  /** App folder names such as `DBeaver.app`. */
  readonly bundles: readonly string[];
  /** Base names of the executable, without version (`psql`, not `psql-17`). */
  readonly names: readonly string[];
  /** Lower-case parts of a jar file's name, for tools that run as `java`. */
  readonly jars: readonly string[];
  /** Java main classes; one that ends in a dot is a prefix. */
  readonly mainClasses: readonly string[];
  /** `null` when `names` need no second feature. It does not concern `signingIds`, `bundles`, `jars` and `mainClasses`. */
  readonly needs: ToolNeeds | null;
}

export const SERVICE_KINDS = [
  'sync',
  'object-storage',
  'backup',
  'code-hosting',
  'notes',
  'ai',
  'design',
  'media',
  'chat',
  'file-transfer',
  'paste',
  'tunnel',
  'webhook',
] as const;
/** What a service is for; decides its tier. */
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** A place in the network where data may go. */
export interface CloudService extends Provenance {
  readonly id: string;
  readonly name: string;
  readonly kind: ServiceKind;
  readonly tier: ServiceTier;
  /** Lower-case host names that stand for themselves and all names below. */
  readonly hosts: readonly string[];
  readonly exactHosts: readonly string[];
  /** RE2 expressions over the whole host name. */
  readonly hostPatterns: readonly string[];
  /** Names of address ranges that prove this service. */
  readonly ranges: readonly string[];
  /** Places such as `~/Dropbox*`, relative to the home; `*` stands for the rest of one path component. */
  readonly folders: readonly string[];
  /** Identifiers of its File Provider extensions. */
  readonly fileProviders: readonly string[];
}

/** A program whose opening of a file means that it sends the file somewhere. */
export interface SyncClient extends Provenance {
  readonly name: string;
  /** Service id; `null` when the program serves many. */
  readonly service: string | null;
  /** Exact ids; an id that continues one of them behind a dot is an extension of the same client. */
  readonly signingIds: readonly string[];
  readonly teamId: string | null;
  /** The ids count only for platform binaries, that is Apple's own. */
  readonly platformBinary: boolean;
}

/** A web browser; ids that continue a listed one behind a dot are its helpers. */
export interface Browser extends Provenance {
  readonly name: string;
  readonly signingIds: readonly string[];
  readonly teamId: string | null;
  readonly bundles: readonly string[];
  /** Ids of processes that work for any app that shows web pages. They belong to this browser when the app is not known. */
  readonly sharedIds: readonly string[];
  readonly platformBinary: boolean;
}

/** A program that writes what it read, as a copy, an archive or in another form. */
export interface FileTool extends Provenance {
  readonly name: string;
  /** Base names of the executable. */
  readonly names: readonly string[];
  readonly signingIds: readonly string[];
  /** Options whose value is the next argument and no file. */
  readonly valueOptions: readonly string[];
}

export const READER_CLASSES = [
  'indexer',
  'preview',
  'backup',
  'scanner',
  'finder',
  'editor',
] as const;
/** Why a program opens files that it does not send anywhere. */
type ReaderClass = (typeof READER_CLASSES)[number];

/** A program whose opening of a file is no evidence. */
export interface FileReader extends FileTool {
  readonly class: ReaderClass;
}

/**
 * What a remote operand looks like: `NAME:path`, `scheme://`, `word/path`, anything, `[USER@]HOST:path`, `BACKEND:place`, or
 * `[USER@]HOST`.
 */
export type RemoteForm = 'colon' | 'url' | 'alias' | 'any' | 'login' | 'prefix' | 'host';

/** One way in which an upload tool's arguments name what goes where; `upload-tools.yml` explains the forms. */
export interface UploadForm {
  /** Operands that come first, in this order. */
  readonly verbs: readonly string[];
  readonly form:
    | 'sources-then-remote'
    | 'sources'
    | 'sources-then-place'
    | 'source-then-place'
    | 'sources-to-option'
    | 'remote-then-sources'
    | 'word-then-source'
    | 'container-then-sources'
    | 'container-then-source'
    | 'stdin-then-remote'
    | 'script'
    | 'options';
  readonly remotes: readonly RemoteForm[];
  /** Service of this command: an id, `none` when only the destination names it, `null` when it is the tool's. */
  readonly service: string | null;
  /** Put before the container or the value of a destination option to show it as a destination. */
  readonly scheme: string | null;
  /** Options with which the command sends nothing of this Mac. */
  readonly notWith: readonly string[];
  /** `option=value` with which the command sends its standard input, whatever `notWith` says. */
  readonly inputWith: readonly string[];
  /** What is fed to standard input is sent when no file is, unless one of these is given; empty for every other tool. */
  readonly fedUnless: readonly string[];
  /** Options with which the command sends its standard input and nothing else. */
  readonly inputOptions: readonly string[];
  /** Without operands the command sends its standard input. */
  readonly inputWithoutOperands: boolean;
  /** Without operands the command sends its working directory. */
  readonly folderWithoutOperands: boolean;
  /** Only `file://` URLs among the operands are local. */
  readonly fileUrls: boolean;
  /** What follows this sign in a source, or in the remote before sources, is a label and not part of the name. */
  readonly labelSign: string | null;
  /** Options that take a value here but not in the other commands of the tool. */
  readonly valueOptions: readonly string[];
  readonly fileOptions: readonly string[];
  /**
   * Switches behind which a transfer of its own is described. A tool that has one sends the first of `fileOptions` to the
   * first operand, the second to the second; empty for every other tool.
   */
  readonly nextOptions: readonly string[];
  /** The values of `fileOptions` are globs of curl unless one of these is given; empty for every other tool. */
  readonly globsUnless: readonly string[];
  readonly formOptions: readonly string[];
  readonly dataOptions: readonly string[];
  readonly namedDataOptions: readonly string[];
  readonly destinationOptions: readonly string[];
  /** Words behind which a local file is named. */
  readonly sourceWords: readonly string[];
  /** Options whose value is a script of the tool. */
  readonly scriptOptions: readonly string[];
  readonly accountOptions: readonly string[];
  /** Host of an account, which stands in for `{}`. */
  readonly accountHost: string | null;
}

/** A command line tool that can send local files to a remote place. */
export interface UploadTool extends Provenance {
  readonly name: string;
  /** Base names of the executable or script, without ending. */
  readonly names: readonly string[];
  /** Python modules, for `python -m`. */
  readonly modules: readonly string[];
  /** Code signing ids, by which a renamed executable is known. */
  readonly signingIds: readonly string[];
  /** Options with which no command of the tool sends anything: a rehearsal, help. */
  readonly notWith: readonly string[];
  /** Service it always talks to; `null` when the remote names it. */
  readonly service: string | null;
  readonly commands: readonly UploadForm[];
  /** It looks itself for the files that a name with `*` or `?` stands for. */
  readonly hasWildcards: boolean;
  /** Options that take a value and are of no interest. */
  readonly valueOptions: readonly string[];
  /** All long options that take no value; when there are any, every other long option takes one. */
  readonly switches: ReadonlySet<string>;
  /** Options whose value is the URL of the service that is really talked to. */
  readonly endpointOptions: readonly string[];
  /** Back end types of inline remotes, as service ids. */
  readonly backends: ReadonlyMap<string, string>;
  /** Schemes of destination URLs, without `://`, that name another service, as service ids. */
  readonly schemes: ReadonlyMap<string, string>;
}

/** All that is known about tools, services and programs before the first event. */
export interface Catalogue {
  readonly databaseTools: readonly DatabaseTool[];
  /** By id. A reference elsewhere may name an id that is not here: its row was faulty, or the configuration added it. */
  readonly services: ReadonlyMap<string, CloudService>;
  readonly syncClients: readonly SyncClient[];
  readonly browsers: readonly Browser[];
  readonly uploadTools: readonly UploadTool[];
  /** File name endings in lower case, with the dot. Only the last ending of a name counts. */
  readonly exportExtensions: ReadonlySet<string>;
  readonly copiers: readonly FileTool[];
  readonly archivers: readonly FileTool[];
  readonly converters: readonly FileTool[];
  readonly readers: readonly FileReader[];
  readonly domains: DomainNames;
  readonly ranges: AddressRanges;
  /** Rows that were left out, one line each: file, row, what is wrong, what to do. */
  readonly problems: readonly string[];
  /** Id of the service that a range of this name proves; `null` when the name stands for a provider, or for nothing. */
  readonly serviceOfRange: (name: string) => string | null;
}
