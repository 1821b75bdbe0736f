import { expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { PLATFORMS, runtimePackage, targetOf } from '../../../pkg/executable/target.ts';
import { PROCESSORS } from '../../../pkg/product.ts';

it('there is a pinned runtime for every target, all of one version', () => {
  const pinned = new Map<string, string>(Object.entries(packageJson.optionalDependencies));
  const versions = PLATFORMS.flatMap((platform) =>
    PROCESSORS.map((processor) => pinned.get(runtimePackage({ platform, processor }))),
  );
  expect(new Set(versions)).toEqual(new Set(['26.10.0']));
});

it('other words are no target', () => {
  expect(targetOf('darwin', 'arm64')).toEqual({ platform: 'darwin', processor: 'arm64' });
  expect(targetOf('win32', 'x64')).toBeNull();
  expect(targetOf('darwin', 'x86_64')).toBeNull();
});
