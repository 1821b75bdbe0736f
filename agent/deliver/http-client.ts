import type { Settings } from './settings.ts';
import type { Surroundings } from './transport.ts';

/** How a receiver is reached over HTTPS: what all such destinations share. */
export interface HttpSettings {
  readonly url: URL;
  readonly timeoutMs: number;
  readonly tls: TlsSettings;
  readonly proxy: { readonly url: URL; readonly credentialsFile: string | null } | 'none' | null;
}

export interface TlsSettings {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** SHA-256 of public keys (SPKI), base64; empty for none. */
  readonly pins: readonly string[];
  /** Name to expect in the certificate instead of the host of the URL. */
  readonly serverName: string | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The whole body, at most 1 MiB of it. */
  readonly text: string;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'POST' | 'GET';
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | Uint8Array | null;
}

/** One receiver's connections. */
export interface HttpClient {
  /** Resolves when the whole answer is read; rejects with the error of undici or TLS, which `error-class.ts` knows. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Reads `url`, `timeoutSeconds`, `tls` and `proxy`. */
export function readHttpSettings(_settings: Settings): HttpSettings {
  throw new Error('not written yet');
}

/** Reads certificates and credentials; throws a `SecretFileError`. */
export function openHttpClient(_settings: HttpSettings, _at: Surroundings): HttpClient {
  throw new Error('not written yet');
}
