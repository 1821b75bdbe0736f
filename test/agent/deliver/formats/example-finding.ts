import type { Finding, Step, StepConnection, StepProcess } from '../../../../rules/finding.ts';

/** 2026-10-14T07:30:00.000000Z in microseconds. */
export const START_US = Date.UTC(2026, 9, 14, 7, 30) * 1000;

/** DBeaver as the sensor saw it start. */
export const DBEAVER: StepProcess = {
  pid: 4711,
  pidversion: 90_210,
  name: 'dbeaver',
  executable: '/Applications/DBeaver.app/Contents/MacOS/dbeaver',
  signingId: 'org.jkiss.dbeaver.core.product',
  teamId: '42B6MDKMW8',
  userId: 501,
  startUs: START_US,
};

/** A sync client that only a process list showed. */
export const DROPBOX: StepProcess = {
  pid: 412,
  pidversion: null,
  name: 'Dropbox',
  executable: '/Applications/Dropbox.app/Contents/MacOS/Dropbox',
  signingId: null,
  teamId: null,
  userId: 501,
  startUs: START_US - 3_600_000_000,
};

/** A connection to an address that the resolver map knows. */
export const CONNECTION: StepConnection = {
  protocol: 'tcp4',
  localAddress: '10.0.0.5',
  localPort: '51234',
  peerAddress: '162.125.1.14',
  peerPort: '443',
  peerName: 'content.dropboxapi.com',
};

/** A step with nothing but its action. */
export const BARE_STEP: Step = {
  timeUs: START_US,
  action: 'tool-started',
  process: null,
  path: null,
  sourcePath: null,
  connection: null,
  link: null,
  evidence: null,
  service: null,
  destination: null,
};

/** An upload with lineage: written by DBeaver, renamed, opened by the sync client, which then reached its service. */
export const UPLOAD: Finding = {
  id: '6f1c2f6e-6a0e-4f7a-9c55-1d7b8a3e0c01',
  versionId: '0a8d5b1e-2b6f-4a53-8c1d-7f0e9d2c4b02',
  sequence: 42,
  activity: 'update',
  firstUs: START_US,
  lastUs: START_US + 95_123_456,
  stage: 'upload',
  severity: 'high',
  confidence: 'high',
  user: 'maria',
  uid: 501,
  role: 'unassigned',
  roleSource: 'account-record',
  tool: 'DBeaver',
  toolKind: 'gui',
  link: 'lineage',
  files: ['/Users/maria/Downloads/customers.csv', '/Users/maria/Dropbox/IMG_2231.jpg'],
  service: 'dropbox',
  serviceTier: 'storage',
  evidence: 'opened-by-sync-client',
  destination: '/Users/maria/Dropbox',
  sanctioned: false,
  coverage: 'complete',
  count: 1,
  rule: { id: '5f4dcc3b-5aa7-4d61-9d83-27deb882cf99', title: 'Export opened by a sync client' },
  host: { name: 'mac-17', id: '8A1B9C0D-1111-4222-8333-444455556666', osVersion: '15.5' },
  steps: [
    { ...BARE_STEP, process: DBEAVER },
    {
      ...BARE_STEP,
      timeUs: START_US + 60_000_000,
      action: 'file-written',
      process: DBEAVER,
      path: '/Users/maria/Downloads/customers.csv',
      link: 'lineage',
    },
    {
      ...BARE_STEP,
      timeUs: START_US + 80_000_001,
      action: 'file-moved',
      path: '/Users/maria/Dropbox/IMG_2231.jpg',
      sourcePath: '/Users/maria/Downloads/customers.csv',
      link: 'lineage',
    },
    {
      ...BARE_STEP,
      timeUs: START_US + 90_000_000,
      action: 'uploaded',
      process: DROPBOX,
      path: '/Users/maria/Dropbox/IMG_2231.jpg',
      link: 'lineage',
      evidence: 'opened-by-sync-client',
      service: 'dropbox',
      destination: '/Users/maria/Dropbox',
    },
    {
      ...BARE_STEP,
      timeUs: START_US + 95_123_456,
      action: 'connected',
      process: DROPBOX,
      connection: CONNECTION,
      service: 'dropbox',
      destination: 'content.dropboxapi.com',
    },
  ],
  stepsOmitted: 0,
  roleAsOfUs: 1_793_619_000_000_000,
};
