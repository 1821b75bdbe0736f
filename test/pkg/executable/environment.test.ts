import { describe, expect, it } from 'vitest';
import { cleanEnvironment, SYSTEM_PATH } from '../../../pkg/executable/environment.ts';

describe('the environment of the executable', () => {
  it('loses what steers Node and OpenSSL, by starting once more', () => {
    expect(
      cleanEnvironment({
        HOME: '/Users/maria',
        NODE_OPTIONS: '--require /tmp/evil.js',
        NODE_PATH: '/tmp',
        NODE_EXTRA_CA_CERTS: '/tmp/ca.pem',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_V8_COVERAGE: '/tmp',
        OPENSSL_CONF: '/tmp/evil.cnf',
        OPENSSL_MODULES: '/tmp',
        PATH: SYSTEM_PATH,
      }),
    ).toEqual({
      variables: { HOME: '/Users/maria', PATH: SYSTEM_PATH },
      mustRestart: true,
    });
  });

  it('finds programs of the system only, whatever PATH was typed under', () => {
    for (const path of ['/Users/eve/bin:/opt/homebrew/bin:/usr/bin', '.', '', undefined])
      expect(cleanEnvironment({ PATH: path })).toEqual({
        variables: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
        mustRestart: false,
      });
  });

  it('passes nothing on that programs or libraries listen to', () => {
    const { variables } = cleanEnvironment({
      TMPDIR: '/Users/eve/tmp',
      LD_PRELOAD: '/tmp/evil.so',
      DYLD_INSERT_LIBRARIES: '/tmp/evil.dylib',
      BASH_ENV: '/tmp/evil',
      LC_ALL: 'de_DE',
      SQLITE_TMPDIR: '/tmp/eve',
      CHOKIDAR_USEPOLLING: '1',
      PATH_TO_HOME: '/',
      nodejs: 'x',
    });
    expect(variables).toEqual({ PATH: SYSTEM_PATH });
  });

  it('keeps who typed it, the terminal, the proxy and what launchd says, and starts once only', () => {
    const kept = {
      HOME: '/Users/maria',
      SUDO_UID: '501',
      SUDO_GID: '20',
      SUDO_USER: 'maria',
      TERM: 'xterm-256color',
      NO_COLOR: '1',
      HTTPS_PROXY: 'http://proxy.example.com:3128',
      no_proxy: '.example.com',
      XPC_SERVICE_NAME: 'org.spillwatch.agent',
      SPILLWATCH_DEBUG: '1',
      PATH: SYSTEM_PATH,
    };
    expect(cleanEnvironment(kept)).toEqual({ variables: kept, mustRestart: false });
  });
});
