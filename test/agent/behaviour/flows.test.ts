import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS } from '../../support/story.ts';

const FLOW = {
  stage: 'suspected-upload',
  severity: 'medium',
  confidence: 'medium',
  link: 'lineage',
  evidence: 'flow-only',
};
const EXPORT = { stage: 'export', evidence: null, service: null, destination: null };

/** Omits the first network record, so that the connections of the next one are new. */
function exported(): Desk {
  const desk = new Desk();
  desk.story.network([]);
  desk.dump('Desktop/a.sql');
  return desk;
}

describe('a flow of the user to a cloud service after the export', () => {
  it('is a suspicion with the resolver’s name as destination', () => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script), 'api.box.com');
    expect(desk.findings()).toMatchObject([
      { ...FLOW, service: 'box', serviceTier: 'storage', destination: 'api.box.com' },
    ]);
  });

  it.each([
    { peer: '162.125.1.14', service: 'dropbox' },
    { peer: '2620:100:6022:15::a27d:420f', service: 'dropbox' },
    { peer: '149.154.167.41', service: 'telegram' },
    { peer: '140.82.121.3', service: 'github' },
  ])('is known by the range of $peer, which is then the destination', ({ peer, service }) => {
    const desk = exported();
    desk.story.network([{ proc: desk.background(MAC_PROGRAMS.script), peer }]);
    expect(desk.findings()).toMatchObject([{ ...FLOW, service, destination: peer }]);
  });

  it.each(['SYN_SENT', 'CLOSED', 'LISTEN'])('is none while its state is %s', (state) => {
    const desk = exported();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.story.network([{ proc, peer: '162.125.1.14', state }]);
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it('is one when a connection that was being made is there', () => {
    const desk = exported();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.story.network([{ proc, peer: '162.125.1.14', state: 'SYN_SENT' }]);
    desk.story.wait(1).network([{ proc, peer: '162.125.1.14' }]);
    expect(desk.findings()).toMatchObject([{ ...FLOW, service: 'dropbox' }]);
  });

  it('is weak when only time ties the file to the tool', () => {
    const desk = new Desk();
    const writer = desk.save('Downloads/a.xlsx');
    desk.reach(writer, 'api.box.com');
    expect(desk.findings()).toMatchObject([
      { ...FLOW, link: 'temporal', severity: 'low', confidence: 'low' },
    ]);
  });

  it('of a sync client is never more than a suspicion', () => {
    const desk = exported();
    desk.reach(desk.background(PROGRAMS.dropbox), 'client.dropbox.com');
    expect(desk.findings()).toMatchObject([FLOW]);
  });

  it('is not raised for an anonymous service', () => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script), 'transfer.sh');
    expect(desk.findings()).toMatchObject([{ ...FLOW, serviceTier: 'anonymous' }]);
  });

  it.each([
    { title: 'exactly 30 minutes', seconds: 1800, config: {}, found: FLOW },
    { title: '30 minutes and a second', seconds: 1801, config: {}, found: EXPORT },
    {
      title: 'exactly the configured minutes',
      seconds: 300,
      config: { windows: { flowMinutes: 5 } },
      found: FLOW,
    },
    {
      title: 'a second more than configured',
      seconds: 301,
      config: { windows: { flowMinutes: 5 } },
      found: EXPORT,
    },
  ])('$title after the last write is $found.stage', ({ seconds, config, found }) => {
    const desk = exported();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.story.resolver('api.box.com', '203.0.113.20').wait(4000);
    const writer = desk.background(MAC_PROGRAMS.script);
    const lastWrite = desk.story.now;
    desk.story.close(writer, desk.at('Desktop/a.sql'));
    desk.until(lastWrite, seconds).story.network([{ proc, peer: '203.0.113.20' }]);
    expect(desk.findings(config)).toMatchObject([found]);
  });

  it('is one step, however often it is seen and by whatever port', () => {
    const desk = exported();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk
      .reach(proc, 'api.box.com')
      .reach(proc, 'api.box.com')
      .reach(proc, 'api.box.com', '203.0.113.20', '9');
    expect(desk.stages()).toEqual(['tool', 'export', 'suspected-upload']);
  });

  it('is a new one when the connection was gone in between', () => {
    const desk = new Desk();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.reach(proc, 'api.box.com');
    desk.story.network([]);
    desk.dump('Desktop/a.sql');
    desk.reach(proc, 'api.box.com');
    expect(desk.findings()).toMatchObject([FLOW]);
  });
});

describe('no flow is', () => {
  it('a connection that the record before the export already showed', () => {
    const desk = new Desk();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.reach(proc, 'api.box.com');
    desk.dump('Desktop/a.sql');
    desk.reach(proc, 'api.box.com');
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it('a connection before the export', () => {
    const desk = new Desk();
    const proc = desk.background(MAC_PROGRAMS.script);
    const tool = desk.type(PROGRAMS.psql, 'psql');
    desk.reach(proc, 'api.box.com');
    desk.story.write(tool, desk.at('Desktop/a.sql'));
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it('a connection of another user', () => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script, OMAR), 'api.box.com');
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it('a connection of a root daemon', () => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script, { uid: 0, name: 'root' }), 'api.box.com');
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it('a connection of a process that nobody knows', () => {
    const desk = exported();
    desk.reach(desk.story.running(MAC_PROGRAMS.script, desk.user), 'api.box.com');
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it.each([
    ['Apple’s own range', '17.253.144.10'],
    ['a content network', '103.21.244.5'],
    ['a platform that anybody may rent', '1.178.1.9'],
    ['a private address', '10.1.2.3'],
    ['a documentation address', '198.51.100.7'],
    ['text that is no address', 'box.com'],
  ])('a connection to %s', (_, peer) => {
    const desk = exported();
    desk.story.network([{ proc: desk.background(MAC_PROGRAMS.script), peer }]);
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it.each(['LISTEN', 'ESTABLISHED'])('a socket without a peer in the state %s', (state) => {
    const desk = exported();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.story.envelope({
      source: 'network',
      connections: [
        {
          protocol: 'tcp4',
          localAddress: '*',
          localPort: '443',
          peerAddress: state === 'LISTEN' ? '162.125.1.14' : '*',
          peerPort: state === 'LISTEN' ? '443' : '*',
          state,
          pid: proc.pid,
          process: 'x',
        },
      ],
    });
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it('a connection after a tool that exported nothing', () => {
    const desk = new Desk();
    desk.type(PROGRAMS.psql, 'psql');
    desk.reach(desk.background(MAC_PROGRAMS.script), 'api.box.com');
    expect(desk.findings()).toMatchObject([{ stage: 'tool' }]);
  });
});

describe('names of the resolver', () => {
  it.each([
    { name: 'API.Box.COM', service: 'box', shown: 'api.box.com' },
    { name: 'api.box.com.', service: 'box', shown: 'api.box.com' },
    { name: 'box.com', service: 'box', shown: 'box.com' },
    {
      name: 'bucket-7.s3.eu-central-1.amazonaws.com',
      service: 's3',
      shown: 'bucket-7.s3.eu-central-1.amazonaws.com',
    },
  ])('$name leads to $service', ({ name, service, shown }) => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script), name);
    expect(desk.findings()).toMatchObject([{ ...FLOW, service, destination: shown }]);
  });

  it.each([
    'mybox.com',
    'box.com.evil.example',
    'box.co',
    'com',
    'codepen.io',
    'ec2-3-1-2-3.compute.amazonaws.com',
  ])('%s leads to no service', (name) => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script), name);
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it.each([
    ['2001:db8:0:0:0:0:0:5', '2001:db8::5'],
    ['2001:0DB8::0005', '2001:db8::5'],
    ['2001:db8::5', '2001:DB8:0:0::5'],
    ['::ffff:203.0.113.20', '::ffff:cb00:7114'],
  ])('are found when the answer says %s and the connection %s', (answered, peer) => {
    const desk = exported();
    desk.story.resolver('api.box.com', answered);
    desk.story.network([{ proc: desk.background(MAC_PROGRAMS.script), peer }]);
    expect(desk.findings()).toMatchObject([
      { ...FLOW, service: 'box', destination: 'api.box.com' },
    ]);
  });

  it('win over the range of the address', () => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script), 'api.box.com', '162.125.1.14');
    expect(desk.findings()).toMatchObject([{ service: 'box', destination: 'api.box.com' }]);
  });

  it('that name a service win over the platform range of the address', () => {
    const desk = exported();
    desk.reach(desk.background(MAC_PROGRAMS.script), 'wetransfer.com', '1.178.1.9');
    expect(desk.findings()).toMatchObject([
      { service: 'wetransfer', destination: 'wetransfer.com' },
    ]);
  });

  it('of another address do not count', () => {
    const desk = exported();
    desk.story.resolver('api.box.com', '203.0.113.20');
    desk.story.network([{ proc: desk.background(MAC_PROGRAMS.script), peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([EXPORT]);
  });
});

describe('a connection', () => {
  it('over UDP is a flow too', () => {
    const desk = exported();
    const proc = desk.background(PROGRAMS.chrome);
    desk.story.envelope({
      source: 'network',
      connections: [
        {
          protocol: 'udp4',
          localAddress: '10.0.0.5',
          localPort: '5',
          peerAddress: '162.125.1.14',
          peerPort: '443',
          state: '',
          pid: proc.pid,
          process: 'Google Chrome',
        },
      ],
    });
    expect(desk.findings()).toMatchObject([{ ...FLOW, service: 'dropbox' }]);
  });

  it.each(['::ffff:162.125.1.14', '::ffff:a27d:10e'])(
    'to the IPv4 address in IPv6 form %s is one to that address',
    (peer) => {
      const desk = exported();
      desk.story.resolver('api.box.com', '162.125.1.14');
      desk.story.network([{ proc: desk.background(MAC_PROGRAMS.script), peer }]);
      expect(desk.findings()).toMatchObject([
        { ...FLOW, service: 'box', destination: 'api.box.com' },
      ]);
    },
  );

  it('of a pid that another user’s process has now is that user’s', () => {
    const desk = exported();
    const old = desk.background(MAC_PROGRAMS.script);
    desk.story.wait(60);
    const now = {
      ...desk.story.running(MAC_PROGRAMS.script, OMAR),
      pid: old.pid,
      startUs: desk.story.now,
    };
    desk.story.processes([now]);
    desk.reach(now, 'api.box.com');
    expect(desk.findings()).toMatchObject([EXPORT]);
  });

  it('to a second service proves no more than the first one did', () => {
    const desk = exported();
    const proc = desk.background(MAC_PROGRAMS.script);
    desk.reach(proc, 'api.box.com').reach(proc, 'gofile.io', '203.0.113.44');
    expect(desk.stages()).toEqual(['tool', 'export', 'suspected-upload']);
    expect(desk.findings()).toMatchObject([{ service: 'box' }]);
  });
});

describe('the window of a flow', () => {
  it.each<[string, (desk: Desk) => void]>([
    ['a rename', (desk) => desk.mv('Documents/a.csv', 'Documents/b.csv')],
    [
      'a hard link',
      (desk) => desk.story.link(desk.shell, desk.at('Documents/a.csv'), desk.at('Documents/b.csv')),
    ],
  ])('does not begin anew with %s', (_title, change) => {
    expect(after(change)).toMatchObject([EXPORT]);
  });

  it.each<[string, (desk: Desk) => void]>([
    [
      'a clone',
      (desk) =>
        desk.story.clone(desk.shell, desk.at('Documents/a.csv'), desk.at('Documents/b.csv')),
    ],
    [
      'a copy',
      (desk) =>
        desk.story.write(desk.type(PROGRAMS.cp, 'cp Documents/a.csv b.csv'), desk.at('b.csv')),
    ],
    ['a change of the file', (desk) => desk.story.close(desk.shell, desk.at('Documents/a.csv'))],
  ])('begins anew with %s', (_title, change) => {
    expect(after(change)).toMatchObject([FLOW]);
  });

  it('begins when a file of the session becomes an export', () => {
    const desk = new Desk();
    const browser = desk.background(PROGRAMS.chrome);
    desk.dump('.cache/a');
    desk.story.wait(1700);
    desk.mv('.cache/a', 'Documents/a.csv');
    desk.story.wait(1700);
    expect(desk.reach(browser, 'www.dropbox.com', '162.125.1.18').findings()).toMatchObject([FLOW]);
  });
});

/** An export, something that happens to it 1700 s later, and a flow 1700 s after that. */
function after(change: (desk: Desk) => void): readonly unknown[] {
  const desk = new Desk();
  const browser = desk.background(PROGRAMS.chrome);
  desk.dump('Documents/a.csv');
  desk.story.wait(1700);
  change(desk);
  desk.story.wait(1700);
  return desk.reach(browser, 'www.dropbox.com', '162.125.1.18').findings();
}
