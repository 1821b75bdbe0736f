import { boundText, fileName } from './ocsf-bounds.ts';
import { FILE_TYPES } from './ocsf-captions.ts';

/** OCSF object `file`. */
export interface OcsfFile {
  readonly name: string;
  readonly path: string;
  readonly type_id: number;
  readonly type: string;
  /** Team id of the signer, for executables. */
  readonly signature?: {
    readonly algorithm_id: number;
    readonly algorithm: string;
    readonly developer_uid: string;
  };
}

/** Names the file at a path; `null` when the path is empty. Data that ends with a slash is a folder. */
export function toFile(path: string, use: 'data' | 'executable'): OcsfFile | null {
  if (path === '') {
    return null;
  }
  const dataType = path.endsWith('/') ? FILE_TYPES.folder : FILE_TYPES.regular;
  const type = use === 'executable' ? FILE_TYPES.executable : dataType;
  return {
    name: boundText(fileName(path)),
    path: boundText(path),
    type_id: type.id,
    type: type.caption,
  };
}
