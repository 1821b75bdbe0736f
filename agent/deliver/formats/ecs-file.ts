import type { EcsFile } from './ecs-document.ts';
import { fileName } from './ocsf-bounds.ts';

/** Names the file at a path that is not empty. A path that ends with a slash is a folder. */
export function toEcsFile(path: string): EcsFile {
  const name = fileName(path);
  const isFolder = path.endsWith('/');
  const directory = path.slice(0, path.lastIndexOf(name)).replace(/(?<=[^/])\/+$/u, '');
  const extension = isFolder ? '' : (/[^.]\.([^.]+)$/u.exec(name)?.[1] ?? '');
  return {
    path,
    name,
    ...(directory !== '' && { directory }),
    ...(extension !== '' && { extension }),
    type: isFolder ? 'dir' : 'file',
  };
}
