import type { Catalogue } from '../../rules/catalogue/catalogue.ts';
import { parseIpAddress } from '../../rules/catalogue/ip-address.ts';
import type { ServiceTier } from '../../rules/finding.ts';
import type { Accounts } from './accounts.ts';
import { PassedTime } from './passed-time.ts';
import { pathKey, realPath } from './paths.ts';

/** Where an address or a folder leads. */
export interface CloudPlace {
  /** Service id, or `null` when the place is a cloud and nobody knows whose. */
  readonly service: string | null;
  /** What a finding shows as destination. */
  readonly destination: string;
}

/** Resolver answers are believed for a day. */
const ANSWER_LIFE_US = 24 * 3600 * 1_000_000;
/** Most addresses, and most names of one address, that the resolver map holds; the oldest go first. */
const MAX_ADDRESSES = 20_000;
const MAX_NAMES = 8;

interface Answer {
  readonly name: string;
  readonly clockUs: number;
}

/** Names the service behind folders, hosts and addresses. Nothing is looked up in the network. */
export class CloudMap {
  readonly #catalogue: Catalogue;
  readonly #accounts: Accounts;
  readonly #time: PassedTime;
  readonly #folders: readonly FolderPattern[];
  readonly #fileProviders: ReadonlyMap<string, string>;
  /** Canonical address to its names, newest last. */
  readonly #answers = new Map<string, readonly Answer[]>();

  constructor(catalogue: Catalogue, accounts: Accounts, time = new PassedTime()) {
    this.#time = time;
    this.#catalogue = catalogue;
    this.#accounts = accounts;
    const services = [...catalogue.services.values()];
    this.#folders = services.flatMap(({ id, folders }) =>
      folders.map((folder) => folderPattern(folder, id)),
    );
    this.#fileProviders = new Map(
      services.flatMap(({ id, fileProviders }) =>
        fileProviders.map((provider) => [provider.toLowerCase(), id] as const),
      ),
    );
  }

  tierOf(service: string | null): ServiceTier | null {
    if (service === null) return null;
    return this.#catalogue.services.get(service)?.tier ?? 'storage';
  }

  serviceOfHost(host: string): string | null {
    return this.#catalogue.domains.serviceOf(host);
  }

  /**
   * A provider as an account record calls it: a service id, the identifier of a File Provider extension, or the name of its
   * folder in `~/Library/CloudStorage`.
   */
  serviceOfProvider(provider: string): string | null {
    const id = provider.toLowerCase();
    if (this.#catalogue.services.has(id)) return id;
    for (const [extension, service] of this.#fileProviders)
      if (id.startsWith(extension)) return service;
    return this.#folderAt(['library', 'cloudstorage', id, ''])?.service ?? null;
  }

  /** The provider's folder that a path lies in; the folder itself is not in it. */
  syncFolder(path: string): CloudPlace | null {
    const home = this.#accounts.homeOf(path);
    if (home === null) return null;
    const homeParts = pathKey(home).split('/').length;
    const shown = realPath(path).split('/');
    const inside = pathKey(path).split('/').slice(homeParts);
    const place = (parts: number, service: string | null): CloudPlace => ({
      service,
      destination: shown.slice(0, homeParts + parts).join('/'),
    });
    const known = this.#folderAt(inside);
    if (known) return place(known.parts.length, known.service);
    // Every folder of CloudStorage belongs to some File Provider, known or not.
    const isCloudStorage = inside[0] === 'library' && inside[1] === 'cloudstorage';
    return isCloudStorage && inside.length > 3 ? place(3, null) : null;
  }

  /** The known folder that holds a path, given as the components below the home. */
  #folderAt(inside: readonly string[]): FolderPattern | undefined {
    return this.#folders.find(
      (pattern) =>
        inside.length > pattern.parts.length &&
        pattern.parts.every((part, index) => part.test(inside[index] ?? '')),
    );
  }

  learn(name: string, address: string, clockUs: number): void {
    const key = addressKey(address);
    if (key === null) return;
    const host = name.toLowerCase().replace(/\.$/, '');
    const known = (this.#answers.get(key) ?? []).filter((answer) => answer.name !== host);
    this.#answers.delete(key);
    this.#answers.set(key, [...known, { name: host, clockUs }].slice(-MAX_NAMES));
    if (this.#answers.size <= MAX_ADDRESSES) return;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
  }

  /** The service an address is known to serve: by its newest name that names one, else by its range; else `null`. */
  peer(address: string, clockUs: number): (CloudPlace & { readonly name: string | null }) | null {
    const key = addressKey(address);
    if (key === null) return null;
    const answers = (this.#answers.get(key) ?? []).filter(
      (answer) => this.#time.between(answer.clockUs, clockUs) <= ANSWER_LIFE_US,
    );
    for (const { name } of answers.toReversed()) {
      const service = this.serviceOfHost(name);
      if (service !== null) return { service, destination: name, name };
    }
    const owner = this.#catalogue.ranges.lookup(address);
    const service = owner && this.#catalogue.serviceOfRange(owner.name);
    return service === null ? null : { service, destination: address, name: null };
  }

  state(): readonly (readonly [string, readonly Answer[]])[] {
    return [...this.#answers];
  }

  resume(answers: Iterable<readonly [string, readonly Answer[]]>): void {
    for (const [key, names] of answers) this.#answers.set(key, names);
  }
}

interface FolderPattern {
  readonly service: string;
  readonly parts: readonly RegExp[];
}

/** `~/Library/CloudStorage/Dropbox*`: the star stands for the rest of one component. */
function folderPattern(folder: string, service: string): FolderPattern {
  const parts = pathKey(folder.replace(/^~\//, '/'))
    .slice(1)
    .split('/')
    .map((part) => new RegExp(`^${part.split('*').map(escapeRegExp).join('.*')}$`, 's'));
  return { service, parts };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function addressKey(address: string): string | null {
  const parsed = parseIpAddress(address);
  return parsed && `${parsed.version}:${parsed.value}`;
}
