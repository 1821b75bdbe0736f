import { basic, readLogin } from './credentials.ts';
import { isLoopback } from './https-url.ts';
import { readCertificateFile } from './secret-file.ts';
import type { Settings } from './settings.ts';

/** The key `proxy` of a destination; `null` when it says nothing, and the environment decides. */
export type ProxySettings =
  | {
      readonly url: URL;
      /** A file with `user:password`, for Basic authentication at the proxy. */
      readonly credentialsFile: string | null;
      /** The only CAs trusted for a proxy that is reached over TLS; `null` for the public ones. */
      readonly caFile: string | null;
    }
  | 'none'
  | null;

/** The way to one receiver. */
export type Route =
  | { readonly kind: 'direct' }
  | {
      readonly kind: 'proxy';
      readonly url: URL;
      /** Value of the header `Proxy-Authorization`. */
      readonly authorization: string | null;
      readonly ca: string | null;
      /** Hosts that are reached directly nevertheless, as `NO_PROXY` has them. */
      readonly except: string;
    }
  /** The environment names a proxy that cannot be used; going around it is not ours to decide. */
  | { readonly kind: 'unusable'; readonly message: string };

/** Reads `proxy` of a destination at `target`. */
export function readProxySettings(settings: Settings, target: URL): ProxySettings {
  if (!settings.has('proxy')) return null;
  const group = settings.groupOrWord('proxy', 'none');
  if (group === null || group === 'none') return group;
  const text = group.text('url');
  const url = URL.parse(text);
  const credentialsFile = group.optionalPath('credentialsFile');
  const caFile = group.optionalPath('caFile');
  if (url === null || !isProxyScheme(url)) {
    if (text !== '') group.fault('url', 'must be an address of the form http://host:port');
    return null;
  }
  if (url.username !== '' || url.password !== '')
    group.fault('url', 'must not hold a name or a password; put them into credentialsFile');
  if (caFile !== null && url.protocol === 'http:')
    group.fault('caFile', 'is for a proxy with https; remove it');
  if (target.protocol === 'http:')
    group.fault('url', 'is for receivers with https; remove proxy or correct url');
  return { url, credentialsFile, caFile };
}

/**
 * The way to `target`: what the destination says, else `HTTPS_PROXY` and `NO_PROXY` of the environment (small letters
 * first), else direct. This machine itself is never reached through a proxy of the environment. Throws a `SecretFileError`.
 */
export function routeTo(
  target: URL,
  proxy: ProxySettings,
  environment: ReadonlyMap<string, string>,
): Route {
  if (proxy === 'none') return { kind: 'direct' };
  if (proxy !== null)
    return {
      kind: 'proxy',
      url: proxy.url,
      authorization:
        proxy.credentialsFile === null ? null : basic(readLogin(proxy.credentialsFile)),
      ca: proxy.caFile === null ? null : readCertificateFile(proxy.caFile),
      except: '',
    };
  const named = environment.get('https_proxy') ?? environment.get('HTTPS_PROXY') ?? '';
  if (named === '' || isLoopback(target)) return { kind: 'direct' };
  const url = URL.parse(named.includes('://') ? named : `http://${named}`);
  const login = url === null ? null : loginOf(url);
  if (url === null || login === null || !isProxyScheme(url))
    return {
      kind: 'unusable',
      message: 'HTTPS_PROXY of the environment is no address of a proxy; correct it or set proxy',
    };
  return {
    kind: 'proxy',
    url: new URL(url.origin),
    authorization: login === '' ? null : basic(login),
    ca: null,
    except: environment.get('no_proxy') ?? environment.get('NO_PROXY') ?? '',
  };
}

function isProxyScheme(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

/** `user:password` of an address, empty without one; `null` when it cannot be decoded. */
function loginOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return '';
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return null;
  }
}
