/**
 * Findings on their way from the real daemon to a real receiver over TLS with client certificates: through a kill of the
 * agent, an outage of the receiver and a damaged database.
 */
import { closeSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationStatus } from '../../agent/deliver/destination-status.ts';
import { spillwatch } from '../support/command.ts';
import { HttpStage } from '../support/http-stage.ts';
import { PROGRAMS, type User } from '../support/story.ts';
import { LiveStory } from './live-story.ts';
import { makeSite, NO_DELAYS, RunningAgent, type Site, storedFindings } from './running-agent.ts';
import { until } from './until.ts';

interface Event {
  readonly class_uid: number;
  readonly activity_name: string;
  readonly metadata: { readonly uid: string; readonly sequence: number };
}

const USER: User = { uid: 1777, name: 'nobody-real' };
const LONG_MS = 60_000;

describe('delivery by the real daemon', () => {
  const stage = new HttpStage();
  const bodies = new Map<string, Set<string>>();
  const events: Event[] = [];
  let site: Site;
  let agent: RunningAgent;
  let receiver: Server;
  let port = 0;

  function startReceiver(): Server {
    const { certificate: cert, key } = stage.identity;
    const ca = stage.authority.certificate;
    return createServer(
      { cert, key, ca, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        void buffer(request).then((bytes) => {
          for (const line of gunzipSync(bytes).toString().split('\n')) keep(line);
          return response.end();
        });
      },
    );
  }

  function keep(line: string): void {
    if (line === '') return;
    const event = JSON.parse(line) as Event;
    const { uid } = event.metadata;
    if (!bodies.has(uid)) events.push(event);
    bodies.set(uid, (bodies.get(uid) ?? new Set()).add(line));
  }

  async function startAgent(): Promise<void> {
    // Without chance every wait is the shortest one.
    agent = new RunningAgent(site, { nodeArgs: NO_DELAYS });
    await agent.started();
  }

  /** Somebody runs psql and gives the export to curl. */
  function spill(name: string): void {
    const story = new LiveStory(site.feed);
    const shell = story.running(
      { path: '/bin/zsh', signingId: 'com.apple.zsh', platform: true },
      USER,
    );
    const target = `/home/${USER.name}/Downloads/${name}.csv`;
    const tool = story.run(shell, { ...PROGRAMS.psql, args: ['psql', 'crm'] });
    story.tell((s) => s.create(tool, target).close(tool, target).exit(tool));
    const args = ['curl', '-T', target, 'https://content.dropboxapi.com/2/files/upload'];
    const curl = story.run(shell, { ...PROGRAMS.curl, args });
    story.tell((s) => s.exit(curl));
  }

  function arrivedFindings(): readonly string[] {
    return events.filter(({ class_uid }) => class_uid === 2004).map(({ metadata }) => metadata.uid);
  }

  function committed(): readonly string[] {
    return storedFindings(site.state).map(({ versionId }) => versionId);
  }

  async function destination(): Promise<DestinationStatus> {
    const [first] = (await agent.report()).destinations;
    if (!first) throw new Error('no destination');
    return first;
  }

  beforeAll(async () => {
    receiver = startReceiver();
    port = await stage.listen(receiver);
    const client = stage.clientFiles(stage.authority.issue({ name: 'mac-17', for: 'client' }));
    site = makeSite(undefined, {
      deliver: [
        {
          type: 'webhook',
          name: 'siem',
          url: `https://localhost:${port}/`,
          timeoutSeconds: 2,
          tls: { caFile: stage.caFile, ...client },
        },
      ],
    });
    await startAgent();
  });

  afterAll(async () => {
    await agent.kill();
    await stage.close();
    rmSync(site.folder, { recursive: true, force: true });
  });

  it('brings findings and heartbeats, and says so', async () => {
    spill('first');
    await until('the finding', () => committed().length > 0, LONG_MS);
    await until(
      'its arrival',
      () => committed().every((uid) => arrivedFindings().includes(uid)),
      LONG_MS,
    );
    await until('a heartbeat', () =>
      events.some(({ activity_name }) => activity_name === 'Heartbeat'),
    );
    expect(await destination()).toMatchObject({ name: 'siem', dropped: 0, dead: 0, failures: 0 });
    const { out } = await spillwatch(['status', '--state', site.state]);
    expect(out).toMatch(/siem +webhook, \w+: /);
  });

  it('keeps findings while the receiver is away, names it, and brings them when it is back', async () => {
    await new Promise((resolve) => {
      receiver.close(resolve);
      receiver.closeAllConnections();
    });
    spill('second');
    const before = committed().length;
    await until('the finding', () => committed().length > before, LONG_MS);
    await agent.doctorNames('deliver: destination-unreachable', LONG_MS);
    expect((await destination()).rows).toBeGreaterThan(0);
    receiver = startReceiver();
    await stage.listen(receiver, port);
    await until(
      'their arrival',
      () => committed().every((uid) => arrivedFindings().includes(uid)),
      LONG_MS,
    );
    await until('an end of the trouble', async () =>
      (await agent.report()).troubles.every(({ code }) => code !== 'destination-unreachable'),
    );
  });

  it('brings what was committed before a kill, in the same bytes', async () => {
    spill('third');
    const before = committed().length;
    await until('the finding', () => committed().length > before, LONG_MS);
    await agent.kill();
    await startAgent();
    await until(
      'their arrival',
      () => committed().every((uid) => arrivedFindings().includes(uid)),
      LONG_MS,
    );
    expect([...bodies.values()].filter((forms) => forms.size > 1)).toEqual([]);
  });

  it('takes what was not sent out of a damaged database, and goes on numbering', async () => {
    await new Promise((resolve) => {
      receiver.close(resolve);
      receiver.closeAllConnections();
    });
    spill('fourth');
    const before = committed().length;
    await until('the finding', () => committed().length > before, LONG_MS);
    await agent.stop();
    // Only now nothing more is committed.
    const unsent = committed();
    const last = storedFindings(site.state).at(-1)?.sequence ?? 0;
    damageLastPages(join(site.state, 'spillwatch.db'));
    writeFileSync(join(site.state, 'spillwatch.suspect'), '');
    await startAgent();
    const { detail } = await agent.told('state-lost');
    expect(detail).toMatch(/\d+ unsent events were taken over/);
    receiver = startReceiver();
    await stage.listen(receiver, port);
    await until(
      'their arrival',
      () => unsent.every((uid) => arrivedFindings().includes(uid)),
      LONG_MS,
    );
    spill('fifth');
    await until('the finding', () => committed().length > 0, LONG_MS);
    expect(storedFindings(site.state)[0]?.sequence).toBe(last + 1);
  });
});

/** What is written there is no page any more; the rows of the outbox lie before it. */
function damageLastPages(file: string): void {
  const page = 4096;
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(page, 0xa5), 0, page, statSync(file).size - page);
  closeSync(handle);
}
