import { describe, expect, it } from 'vitest';
import { isLoopback, readHttpsUrl } from '../../../agent/deliver/https-url.ts';
import { Settings } from '../../../agent/deliver/settings.ts';

function read(url: unknown): { readonly href: string; readonly faults: readonly string[] } {
  const settings = new Settings({ url });
  const { href } = readHttpsUrl(settings, 'url');
  return { href, faults: settings.faults() };
}

describe('an address', () => {
  it.each([
    'https://siem.example.com/',
    'https://siem.example.com:8443/a/b?tenant=1',
    'https://192.0.2.7/',
    'http://127.0.0.1:8080/',
    'http://127.1.2.3/',
    'http://[::1]:9/',
    'http://localhost:8080/in',
  ])('may be %s', (url) => {
    expect(read(url)).toEqual({ href: url, faults: [] });
  });

  it.each([
    'http://siem.example.com/',
    'http://192.0.2.7/',
    'http://128.0.0.1/',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'http://0.0.0.0/',
    'http://[::2]/',
  ])('with http must be this machine: %s', (url) => {
    expect(read(url).faults).toEqual([
      'url must begin with https://; http is for this machine only',
    ]);
  });

  it.each(['ftp://host/', 'file:///etc/passwd', 'javascript:alert(1)', 'unix:/run/x'])(
    'must be of HTTP: %s',
    (url) => {
      expect(read(url).faults).toEqual(['url must begin with https://']);
    },
  );

  it.each(['https://user@host/', 'https://user:hunter2@host/', 'http://u:p@127.0.0.1/'])(
    'holds no login: %s',
    (url) => {
      const { faults, href } = read(url);
      expect(faults).toEqual(['url must not hold a name or a password; put them into a file']);
      expect(href).not.toContain('hunter2');
    },
  );

  it.each(['host', 'https://', 'https://a b/', '//host/'])('must be one: %s', (url) => {
    expect(read(url).faults).toEqual(['url is no address; write https://host/path']);
  });

  it('is not reached when there is none', () => {
    expect(read(7)).toEqual({
      href: 'https://invalid.invalid/',
      faults: ['url must be a text of one line that is not empty'],
    });
  });

  it('of this machine is known in every spelling', () => {
    for (const host of ['127.1', '2130706433', '0x7f000001', 'LOCALHOST', '[0:0:0:0:0:0:0:1]'])
      expect(isLoopback(new URL(`http://${host}/`))).toBe(true);
  });
});
