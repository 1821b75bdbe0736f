import { FIRST_USER_ID } from '../accounts.ts';
import { stageOf } from '../chain.ts';
import { type Facts, type Moment, type Movement, step } from '../facts.ts';
import type { TrackedFile } from '../lineage.ts';
import { miss } from '../misses.ts';
import { pathKey, resolvePath } from '../paths.ts';
import type { ProcessNode } from '../process-tree.ts';
import { exportsOf, type TiedExport } from '../tied.ts';
import type { Upload } from '../upload-command.ts';
import { fit, folderAboveWildcard, hasWildcard } from '../wildcards.ts';

/** Most sources of one upload whose wildcards are looked for; in the others they are plain characters. */
const MAX_PATTERNS = 16;

export interface UploadedExport extends TiedExport {
  readonly file: TrackedFile;
}

/** The chains' files that an upload command names, alone or with a folder that holds them. */
export function uploadedExports(
  facts: Facts,
  node: ProcessNode,
  upload: Upload,
  at: Moment,
): readonly UploadedExport[] {
  return upload.sources.flatMap((source, index) => {
    const path = resolvePath(source, node.workingDirectory);
    if (path === null) return [];
    const hasWildcards = upload.hasWildcards && index < MAX_PATTERNS && hasWildcard(path);
    return filesOf(facts, path, hasWildcards, at).flatMap(({ file, isNamed }) =>
      exportsOf(facts, file, isNamed).map((tied) => ({ ...tied, file })),
    );
  });
}

interface NamedFile {
  readonly file: TrackedFile;
  /** By its own name, not that of a folder that holds it. */
  readonly isNamed: boolean;
}

function filesOf(
  facts: Facts,
  path: string,
  hasWildcards: boolean,
  at: Moment,
): readonly NamedFile[] {
  if (hasWildcards) {
    const pattern = pathKey(path);
    const files = facts.lineage.within(folderAboveWildcard(path), at.clockUs);
    return files.flatMap((file) => {
      const fits = fit(pattern, file.key);
      return fits === null ? [] : [{ file, isNamed: fits === 'named' }];
    });
  }
  const key = facts.lineage.keyOf(path);
  return facts.lineage.at(path, at.clockUs).map((file) => ({ file, isNamed: file.key === key }));
}

/**
 * Service and destination as the arguments say them. The host is looked up in the domain list, an address among the names
 * that resolved to it and in the ranges; nothing is asked by DNS.
 */
export function uploadTarget(
  facts: Facts,
  { host, service, destination }: Upload,
  at: Moment,
): { readonly service: string | null; readonly destination: string | null } {
  const known =
    host === null
      ? null
      : (facts.cloud.serviceOfHost(host) ?? facts.cloud.peer(host, at.clockUs)?.service);
  return { service: known ?? service, destination };
}

/** The user uploaded something else while a chain of theirs had an export. */
function noteOther(facts: Facts, node: ProcessNode, upload: Upload, at: Moment): void {
  const [subject] = upload.sources;
  if (subject === undefined) return;
  for (const chain of facts.chains.ofUser(node.userId)) {
    if (stageOf(chain) === 'export')
      miss(chain, 'upload-names-another-file', at.timeUs, `${upload.tool} ${subject}`);
  }
}

/** The arguments of an upload tool name the file and a remote. Observed: the command, not the bytes. */
export function namedInUploadCommand(
  facts: Facts,
  node: ProcessNode,
  uploads: readonly Upload[],
  at: Moment,
): readonly Movement[] {
  if (node.userId < FIRST_USER_ID) return [];
  const movements = uploads.flatMap((upload) => namedIn(facts, node, upload, at));
  const [upload] = uploads;
  if (movements.length === 0 && node.chainId === null && upload) noteOther(facts, node, upload, at);
  return movements;
}

function namedIn(facts: Facts, node: ProcessNode, upload: Upload, at: Moment): readonly Movement[] {
  const target = uploadTarget(facts, upload, at);
  const evidence = 'named-in-upload-command';
  // What a session sends of its own has a stronger evidence.
  const named = uploadedExports(facts, node, upload, at).filter(
    ({ chain }) => chain.id !== node.chainId,
  );
  return named.map(({ chain, tie, file }) => ({
    chain,
    stage: 'upload',
    link: tie.link,
    evidence,
    ...target,
    step: step(at, 'uploaded', node, { path: file.path, link: tie.link, evidence, ...target }),
    places: tie.trail,
  }));
}
