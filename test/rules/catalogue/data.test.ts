import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Provenance } from '../../../rules/catalogue/catalogue.ts';
import { tierOfKind } from '../../../rules/catalogue/cloud-services.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';

const catalogue = loadCatalogue();
const SHARED = join(import.meta.dirname, '../../../../shared');

const allRows: readonly Provenance[] = [
  ...catalogue.databaseTools,
  ...catalogue.services.values(),
  ...catalogue.syncClients,
  ...catalogue.browsers,
  ...catalogue.copiers,
  ...catalogue.archivers,
  ...catalogue.converters,
  ...catalogue.readers,
];

describe('the catalogue', () => {
  it('has no faulty row', () => {
    expect(catalogue.problems).toEqual([]);
  });

  it('has as many rows as it promises', () => {
    expect(catalogue.databaseTools.length).toBeGreaterThanOrEqual(45);
    expect(catalogue.services.size).toBeGreaterThanOrEqual(45);
    expect(catalogue.syncClients.length).toBeGreaterThanOrEqual(20);
    expect(catalogue.browsers.length).toBeGreaterThanOrEqual(10);
  });

  it('trusts nothing that was not checked beyond low', () => {
    const unchecked = allRows.filter(({ source }) => source.startsWith('general knowledge'));
    expect(unchecked.length).toBeGreaterThan(0);
    expect(unchecked.filter(({ trust }) => trust !== 'low')).toEqual([]);
  });

  it('gives every service the tier of its kind', () => {
    for (const { id, kind, tier } of catalogue.services.values()) {
      expect({ id, tier }).toEqual({ id, tier: tierOfKind(kind) });
    }
  });

  it('has no signing id in two database tools, clients, browsers or readers', () => {
    const programs = [
      ...catalogue.databaseTools,
      ...catalogue.syncClients,
      ...catalogue.browsers,
      ...catalogue.readers,
    ];
    const ids = programs.flatMap(({ signingIds }) => signingIds);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  it('has no executable name and no bundle in two database tools', () => {
    const names = catalogue.databaseTools.flatMap((tool) => [...tool.names, ...tool.bundles]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('takes neither sqlite3 nor a server for a database tool', () => {
    const names = catalogue.databaseTools.flatMap((tool) => [...tool.names, ...tool.signingIds]);
    const wrong = new Set([
      'sqlite3',
      'com.apple.sqlite3',
      'mysqld',
      'postgres',
      'mongod',
      'redis-server',
    ]);
    expect(names.filter((name) => wrong.has(name))).toEqual([]);
  });

  it('asks a second feature of every name that other tools share', () => {
    const shared = new Set(['sql', 'snow', 'bq', 'influx']);
    const tools = catalogue.databaseTools.filter(({ names }) =>
      names.some((name) => shared.has(name)),
    );
    expect(tools).toHaveLength(shared.size);
    expect(tools.filter(({ needs }) => needs === null)).toEqual([]);
  });

  it('keeps helpers apart from the app they belong to', () => {
    const ids = catalogue.databaseTools.flatMap(({ signingIds }) => signingIds);
    expect(ids).toContain('io.beekeeperstudio.desktop');
    expect(ids.filter((id) => id.includes('.helper'))).toEqual([]);
  });

  it('counts backup products among the readers, not the sync clients', () => {
    const clients = catalogue.syncClients.map(({ name }) => name);
    const backups = catalogue.readers.filter((reader) => reader.class === 'backup');
    expect(backups.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Time Machine', 'Arq', 'Druva inSync', 'IDrive', 'Backblaze']),
    );
    expect(clients.filter((name) => backups.some((backup) => backup.name === name))).toEqual([]);
  });

  it('takes the endings of the analytic for exports, and common ones not', () => {
    for (const ending of ['.sql', '.csv', '.xlsx', '.json', '.gz', '.zip']) {
      expect(catalogue.exportExtensions).toContain(ending);
    }
    for (const ending of ['.txt', '.log', '.pdf']) {
      expect(catalogue.exportExtensions).not.toContain(ending);
    }
  });

  it.each([
    ['~/Library/CloudStorage/Dropbox*', 'dropbox'],
    ['~/OneDrive*', 'onedrive'],
    ['~/Google Drive*', 'gdrive'],
    ['~/Library/Mobile Documents/*', 'icloud'],
  ])('knows the folder %s', (folder, service) => {
    expect(catalogue.services.get(service)?.folders).toContain(folder);
  });
});

describe('host names', () => {
  it.each([
    ['content.dropboxapi.com', 'dropbox'],
    ['DROPBOX.COM.', 'dropbox'],
    ['notdropbox.com', null],
    ['dropbox.com.example.net', null],
    ['paper-attachments.s3.amazonaws.com', 'dropbox'],
    ['bucket.s3.eu-central-1.amazonaws.com', 's3'],
    ['s3-us-west-2.amazonaws.com', 's3'],
    ['bucket.s3.dualstack.us-east-1.amazonaws.com', 's3'],
    ['mydb.x.eu-west-1.rds.amazonaws.com', null],
    ['s3-copy.x.eu-west-1.rds.amazonaws.com', null],
    ['ec2-1-2-3-4.compute-1.amazonaws.com', null],
    ['storage.googleapis.com', 'gcs'],
    ['www.googleapis.com', 'gdrive'],
    ['drive.google.com', 'gdrive'],
    ['contoso-my.sharepoint.com', 'onedrive'],
    ['outlook.office365.com', null],
    ['acme.blob.core.windows.net', 'azure-storage'],
    ['protonvpn.com', null],
    ['abc.ngrok-free.app', 'ngrok'],
    ['abc.trycloudflare.com', 'cloudflare-tunnel'],
    ['webhook.site', 'webhook-site'],
    ['store3.gofile.io', 'gofile'],
    ['api.telegram.org', 'telegram'],
    ['acme.atlassian.net', 'bitbucket'],
    ['www.bit.ly', null],
    ['', null],
  ])('%s belongs to %s', (host, service) => {
    expect(catalogue.domains.serviceOf(host)).toBe(service);
  });
});

describe('addresses', () => {
  it.each([
    ['162.125.1.14', 'dropbox', 'dropbox'],
    ['107.152.26.198', 'box', 'box'],
    ['13.107.136.1', 'm365-sharepoint-onedrive', 'onedrive'],
    ['17.1.2.3', 'apple', null],
    ['2606:4700::6810:84e5', 'edge', null],
    ['142.250.74.110', 'google-all', null],
  ])('%s lies in the range %s, which proves %s', (address, name, service) => {
    expect(catalogue.ranges.lookup(address)?.name).toBe(name);
    expect(catalogue.serviceOfRange(name)).toBe(service);
  });

  it('of private networks belong to nobody', () => {
    expect(catalogue.ranges.lookup('10.20.0.15')).toBeNull();
    expect(catalogue.ranges.lookup('fe80::1%en0')).toBeNull();
  });
});

const scenarios = join(SHARED, 'scenarios/README.md');
describe.skipIf(!existsSync(scenarios))('with the shared scenarios (skipped without them)', () => {
  it('has every tool that they name, with its kind', () => {
    const names = readFileSync(scenarios, 'utf8').split('**Names**')[1] ?? '';
    const lists = [...names.matchAll(/(gui|cli|dump): ([^.]+)\./g)];
    const wanted = lists.flatMap(([, kind, list]) =>
      (list ?? '').split(',').map((name) => ({ name: name.trim().replace(/\s+/g, ' '), kind })),
    );
    expect(wanted.length).toBeGreaterThanOrEqual(29);
    expect(catalogue.databaseTools.map(({ name, kind }) => ({ name, kind }))).toEqual(
      expect.arrayContaining(wanted),
    );
  });
});

const sharedServices = join(SHARED, 'data/cloud/services.json');
describe.skipIf(!existsSync(sharedServices))(
  'with the shared services (skipped without them)',
  () => {
    it('has every service under the same id and kind', () => {
      const { services } = JSON.parse(readFileSync(sharedServices, 'utf8')) as {
        services: readonly { readonly id: string; readonly kind: string }[];
      };
      expect(services.length).toBeGreaterThanOrEqual(35);
      for (const { id, kind } of services) {
        expect({ id, kind: catalogue.services.get(id)?.kind }).toEqual({ id, kind });
      }
    });
  },
);
