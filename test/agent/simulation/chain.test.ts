import { describe, expect, it } from 'vitest';
import { sightingsIn } from '../../../agent/simulation/sightings.ts';
import { isSimulated } from '../../../agent/simulation/simulated.ts';
import type { Evidence } from '../../../rules/finding.ts';
import { replayed } from '../../support/replay.ts';
import { MARIA, PROGRAMS, type User } from '../../support/story.ts';
import { simulationStory } from './simulation-story.ts';

const TOKEN = '0123456789ab';
const FILE = `/Users/maria/Downloads/spillwatch-simulation-${TOKEN}.csv`;
const HOST = `upload-${TOKEN}.spillwatch-simulation.example`;

describe('the chain of a simulation', () => {
  it.each<{ evidence: Evidence; link: string; destination: string; syncFolder?: string }>([
    { evidence: 'named-in-upload-command', link: 'lineage', destination: HOST },
    { evidence: 'piped-to-uploader', link: 'pipe', destination: HOST },
    {
      evidence: 'landed-in-sync-folder',
      link: 'lineage',
      destination: '/Users/maria/Library/CloudStorage/Dropbox',
      syncFolder: '/Users/maria/Library/CloudStorage/Dropbox/Team',
    },
  ])(
    'is one proven upload by $evidence, all three legs seen',
    ({ link, destination, ...story }) => {
      const { findings, last } = replayed(simulationStory({ token: TOKEN, ...story }));
      expect(last).toMatchObject([
        {
          tool: 'Spillwatch simulation',
          stage: 'upload',
          severity: 'high',
          confidence: 'high',
          evidence: story.evidence,
          link,
          destination,
          count: 1,
        },
      ]);
      expect(last[0]?.files).toContain(FILE);
      const seen = sightingsIn(findings, { token: TOKEN, evidence: story.evidence });
      expect([...seen].map(([leg, { stage }]) => [leg, stage])).toEqual([
        [1, 'tool'],
        [2, 'export'],
        [3, 'upload'],
      ]);
      expect(findings.filter((finding) => !isSimulated(finding))).toEqual([]);
    },
  );

  it('is an upload by cloud-backed-folder in a folder that the account record calls synced', () => {
    const user: User = { ...MARIA, folders: { Documents: { provider: 'icloud' } } };
    const syncFolder = '/Users/maria/Documents';
    const evidence = 'cloud-backed-folder';
    const { findings } = replayed(simulationStory({ token: TOKEN, evidence, syncFolder, user }));
    const seen = sightingsIn(findings, { token: TOKEN, evidence });
    expect(seen.get(3)).toMatchObject({
      stage: 'upload',
      severity: 'medium',
      service: 'icloud',
    });
  });

  it('shows opened-by-sync-client when a client opens the export in a synced folder', () => {
    const user: User = { ...MARIA, folders: { Documents: { provider: 'dropbox' } } };
    const syncFolder = '/Users/maria/Documents';
    const evidence = 'opened-by-sync-client';
    const story = simulationStory({ token: TOKEN, evidence, syncFolder, user });
    const client = story.running(PROGRAMS.dropbox, user);
    story.open(client, `${syncFolder}/spillwatch-simulation-${TOKEN}.csv`);
    const { findings } = replayed(story);
    expect([...sightingsIn(findings, { token: TOKEN, evidence }).keys()]).toEqual([1, 2, 3]);
  });

  it('is another finding the next time, so that it can be proven again at once', () => {
    const evidence = 'named-in-upload-command';
    const story = simulationStory({ token: TOKEN, evidence }).wait(60);
    const { last } = replayed(simulationStory({ token: 'ba9876543210', evidence, story }));
    expect(last.map(({ stage }) => stage)).toEqual(['upload', 'upload']);
  });

  it('shows no leg of another simulation', () => {
    const evidence = 'named-in-upload-command';
    const { findings } = replayed(simulationStory({ token: TOKEN, evidence }));
    expect(sightingsIn(findings, { token: 'ba9876543210', evidence }).size).toBe(0);
  });

  it('shows the third leg only by the evidence that was asked for', () => {
    const { findings } = replayed(
      simulationStory({ token: TOKEN, evidence: 'named-in-upload-command' }),
    );
    const seen = sightingsIn(findings, { token: TOKEN, evidence: 'piped-to-uploader' });
    expect([...seen.keys()]).toEqual([1, 2]);
  });

  it('is no finding for a role that is ignored', () => {
    const user: User = { ...MARIA, groups: ['staff', 'admin'] };
    const evidence = 'named-in-upload-command';
    expect(replayed(simulationStory({ token: TOKEN, evidence, user })).findings).toEqual([]);
  });
});
