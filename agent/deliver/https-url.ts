import type { Settings } from './settings.ts';

/** Stands for an address that cannot be used; its fault is noted. */
const NOWHERE = new URL('https://invalid.invalid/');

/**
 * The address under `key`: `https`, or `http` to this machine itself. Names and passwords do not belong there, because status
 * and messages show it.
 */
export function readHttpsUrl(settings: Settings, key: string): URL {
  const text = settings.text(key);
  if (text === '') return NOWHERE;
  const url = URL.parse(text);
  const fault = url === null ? 'is no address; write https://host/path' : faultOf(url);
  if (fault !== null) settings.fault(key, fault);
  return url === null || fault !== null ? NOWHERE : url;
}

function faultOf(url: URL): string | null {
  if (url.username !== '' || url.password !== '')
    return 'must not hold a name or a password; put them into a file';
  if (url.protocol === 'https:') return null;
  if (url.protocol !== 'http:') return 'must begin with https://';
  return isLoopback(url) ? null : 'must begin with https://; http is for this machine only';
}

/** Whether an address is this machine itself: 127.0.0.0/8, ::1 or `localhost`. */
export function isLoopback({ hostname }: URL): boolean {
  // The parser of URL has brought every spelling of an IPv4 address into this form.
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
