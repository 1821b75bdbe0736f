import type { Process } from '../../collectors/event.ts';
import type {
  Browser,
  Catalogue,
  FileReader,
  FileTool,
  SyncClient,
} from '../../rules/catalogue/catalogue.ts';
import { plainSigningId } from './database-tool.ts';
import type { Program } from './program.ts';

type ProgramName = Pick<Program, 'name' | 'isInterpreted'>;

/** How a program treats the files it is given. */
export type FileToolKind = 'copier' | 'archiver' | 'converter';

/** Tells sync clients, browsers, file tools and harmless readers apart, by signature first and by name last. */
export class ProgramKinds {
  readonly #readers: ReadonlyMap<string, FileReader>;
  readonly #readerNames: ReadonlyMap<string, FileReader>;
  readonly #syncClients: ReadonlyMap<string, SyncClient>;
  readonly #browsers: ReadonlyMap<string, Browser>;
  readonly #shared: ReadonlyMap<string, Browser>;
  readonly #browserBundles: ReadonlyMap<string, Browser>;
  readonly #fileTools: ReadonlyMap<FileToolKind, FileToolIndex>;

  constructor(catalogue: Catalogue) {
    this.#readers = bySigningId(catalogue.readers);
    this.#readerNames = byName(catalogue.readers);
    this.#syncClients = bySigningId(catalogue.syncClients);
    this.#browsers = bySigningId(catalogue.browsers);
    this.#shared = bySigningId(
      catalogue.browsers.map((row) => ({ ...row, signingIds: row.sharedIds })),
    );
    this.#browserBundles = new Map(
      catalogue.browsers.flatMap((row) => row.bundles.map((bundle) => [bundle, row] as const)),
    );
    this.#fileTools = new Map<FileToolKind, FileToolIndex>([
      ['copier', indexFileTools(catalogue.copiers)],
      ['archiver', indexFileTools(catalogue.archivers)],
      ['converter', indexFileTools(catalogue.converters)],
    ]);
  }

  /** An indexer, preview, backup, scanner, file manager or editor: its opening of a file is no evidence. */
  reader(process: Process): FileReader | null {
    const id = signingIdOf(process);
    if (id === null) return this.#readerNames.get(process.name) ?? null;
    const row = longestPrefix(id, this.#readers);
    return row && isGenuine(process, id) ? row : null;
  }

  /** By signing id, or as an extension of one; an id is only worth something together with the team that may use it. */
  syncClient(process: Process): SyncClient | null {
    const id = signingIdOf(process);
    const row = id === null ? null : longestPrefix(id, this.#syncClients);
    return row && isSignedBy(process, row) ? row : null;
  }

  /** The browser that a process is, or is a helper of. Without a signature the app folder decides. */
  browser(process: Process): Browser | null {
    const id = signingIdOf(process);
    if (id !== null) {
      const row = longestPrefix(id, this.#browsers) ?? longestPrefix(id, this.#shared);
      return row && isSignedBy(process, row) ? row : null;
    }
    const bundle = outermostBundle(process.executable);
    return bundle === null ? null : (this.#browserBundles.get(bundle) ?? null);
  }

  /** A process that macOS starts for any app that shows web pages: whose it is says the responsible process. */
  isShared(process: Process): boolean {
    const id = signingIdOf(process);
    return process.isPlatformBinary && id !== null && longestPrefix(id, this.#shared) !== null;
  }

  /** The row of a program among the tools of one kind. It may be of several kinds: `ditto` copies and makes archives. */
  fileTool(process: Process, program: ProgramName | null, kind: FileToolKind): FileTool | null {
    const index = this.#fileTools.get(kind);
    if (!index) return null;
    const id = signingIdOf(process);
    const signed = id === null || program?.isInterpreted ? undefined : index.byId.get(id);
    return signed ?? index.byName.get(program?.name ?? process.name) ?? null;
  }
}

interface FileToolIndex {
  readonly byId: ReadonlyMap<string, FileTool>;
  readonly byName: ReadonlyMap<string, FileTool>;
}

function indexFileTools(rows: readonly FileTool[]): FileToolIndex {
  return { byId: bySigningId(rows), byName: byName(rows) };
}

function bySigningId<T extends { readonly signingIds: readonly string[] }>(
  rows: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(rows.flatMap((row) => row.signingIds.map((id) => [id, row] as const)));
}

function byName<T extends { readonly names: readonly string[] }>(
  rows: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(rows.flatMap((row) => row.names.map((name) => [name, row] as const)));
}

/** Unsigned programs and Go binaries (`a.out`) have no id that says anything. */
function signingIdOf(process: Process): string | null {
  const id = process.signingId === null ? null : plainSigningId(process.signingId);
  return id === 'a.out' ? null : id;
}

/** The row whose id is the given one, or continued by it behind a dot. */
function longestPrefix<T>(id: string, rows: ReadonlyMap<string, T>): T | null {
  for (let end = id.length; end > 0; end = id.lastIndexOf('.', end - 1)) {
    const row = rows.get(id.slice(0, end));
    if (row !== undefined) return row;
  }
  return null;
}

function isSignedBy(process: Process, row: SyncClient | Browser): boolean {
  if (row.platformBinary) return process.isPlatformBinary;
  return row.teamId === null || process.teamId === null || process.teamId === row.teamId;
}

/** Apple's ids are only Apple's on platform binaries and store apps; anybody can write them into an ad hoc signature. */
function isGenuine(process: Process, id: string): boolean {
  return !id.startsWith('com.apple.') || process.isPlatformBinary || process.teamId !== null;
}

function outermostBundle(executable: string): string | null {
  return /\/([^/]+\.app)\//.exec(executable)?.[1] ?? null;
}
