import { describe, expect, it } from 'vitest';
import { withoutSteering } from '../../../pkg/executable/environment.ts';

describe('the environment of the executable', () => {
  it('loses what steers Node and OpenSSL', () => {
    expect(
      withoutSteering({
        HOME: '/Users/maria',
        NODE_OPTIONS: '--require /tmp/evil.js',
        NODE_PATH: '/tmp',
        NODE_EXTRA_CA_CERTS: '/tmp/ca.pem',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_V8_COVERAGE: '/tmp',
        OPENSSL_CONF: '/tmp/evil.cnf',
        OPENSSL_MODULES: '/tmp',
        PATH: '/usr/bin:/bin',
      }),
    ).toEqual({ HOME: '/Users/maria', PATH: '/usr/bin:/bin' });
  });

  it('is not touched when there is nothing of that in it, so that nothing is started twice', () => {
    expect(withoutSteering({ HOME: '/', NODEJS: 'x', MY_NODE_OPTIONS: 'x' })).toBeNull();
    expect(withoutSteering({})).toBeNull();
  });
});
