/**
 * Reads what programs of macOS print. The formats: dscl(1) `-list PATH KEY` prints one record a line, its name, blanks
 * and the value; ioreg(8) prints properties as `"KEY" = "VALUE"`; xattr(1) `-p` prints the value.
 */

/** Record name to value; a line without value is left out, the last of equal names counts. */
export function readDirectoryList(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\S+)[ \t]+(\S.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  return values;
}

/** A value of UniqueID as a user id; `nobody` has a negative one, which is none. */
export function readUserId(value: string): number | null {
  return /^\d{1,10}$/.test(value) ? Number(value) : null;
}

/** The first path of a value of NFSHomeDirectory, which lists several for root (`/var/root /private/var/root`). */
export function readHome(value: string): string | null {
  const [first = ''] = value.split(' /');
  return first.startsWith('/') && first !== '/' ? first : null;
}

/** The platform UUID of the Mac, from `ioreg -rd1 -c IOPlatformExpertDevice`. */
export function readPlatformUuid(text: string): string | null {
  return /"IOPlatformUUID" = "([0-9A-Fa-f-]{36})"/.exec(text)?.[1]?.toUpperCase() ?? null;
}

/** `15.5`, from `sw_vers -productVersion`. */
export function readProductVersion(text: string): string | null {
  return /^\s*(\d[\d.]{0,31})\s*$/.exec(text)?.[1] ?? null;
}

/**
 * Names of the groups that `id -Gn` prints. It separates them by blanks, so the name of a directory group that holds a
 * blank comes apart.
 */
export function readGroupNames(text: string): readonly string[] {
  return [...new Set(text.split(/\s+/).filter((name) => name !== ''))].slice(0, MAX_GROUPS);
}

/** Groups of one user; macOS itself allows far fewer in a credential. */
const MAX_GROUPS = 4096;

/**
 * The provider of a folder by its attribute `com.apple.file-provider-domain-id` (`IDENTIFIER/DOMAIN`): `icloud`, else
 * the identifier of the File Provider extension. The folder's owner can write the attribute: a value that no identifier
 * could have gives `unknown`.
 */
export function readProviderDomain(text: string): string {
  const value = text.trim();
  if (value.startsWith('com.apple.CloudDocs.iCloudDriveFileProvider')) return 'icloud';
  const [identifier = ''] = value.split('/');
  return /^[A-Za-z0-9._-]{1,128}$/.test(identifier) ? identifier : 'unknown';
}

/**
 * The provider of a folder below `~/Library/CloudStorage`, where each has a folder of its own (`OneDrive-Contoso`,
 * `GoogleDrive-maria@example.org`, `Dropbox`).
 */
export function providerOfStorage(name: string): string {
  const [provider = ''] = name.split(/[- ]/);
  return provider === '' ? 'unknown' : provider.toLowerCase().slice(0, 128);
}
