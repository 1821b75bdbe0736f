import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobFile, JobFileError } from '../../../agent/service/job-file.ts';
import { StandInMac } from './stand-in-launchctl.ts';

let mac: StandInMac;
let file: JobFile;

beforeEach(() => {
  mac = new StandInMac();
  ({ file } = mac.host().job);
});
afterEach(() => mac.end());

const content = (): string => readFileSync(mac.jobFile, 'utf8');

describe('the job file', () => {
  it('is written whole, for root to change and all to read, and is then the same', () => {
    expect(file.state()).toEqual({ kind: 'missing' });
    file.write();
    expect(content()).toBe('<plist>of this version</plist>');
    expect(statSync(mac.jobFile).mode & 0o777).toBe(0o644);
    expect(readdirSync(mac.jobs)).toEqual(['org.spillwatch.agent.plist']);
    expect(file.state()).toEqual({ kind: 'same' });
  });

  it('of another version is different, and replaced', () => {
    writeFileSync(mac.jobFile, '<plist>of before</plist>');
    expect(file.state()).toMatchObject({ kind: 'different' });
    file.write();
    expect(file.state()).toEqual({ kind: 'same' });
  });

  it('that others may change is different, and written anew', () => {
    file.write();
    chmodSync(mac.jobFile, 0o666);
    const state = file.state();
    expect(state).toMatchObject({ kind: 'different' });
    expect('detail' in state && state.detail).toContain('mode 666');
    file.write();
    expect(file.state()).toEqual({ kind: 'same' });
  });

  it('of another owner is different', () => {
    file.write();
    const roots = new JobFile({
      path: mac.jobFile,
      source: mac.source,
      owner: { uid: 4711, gid: 4711 },
    });
    expect(roots.state()).toMatchObject({ kind: 'different' });
  });

  it('that is a link is neither read nor written through', () => {
    const target = join(mac.root, 'target');
    writeFileSync(target, '<plist>of this version</plist>');
    symlinkSync(target, mac.jobFile);
    expect(file.state()).toMatchObject({ kind: 'untrusted' });
    writeFileSync(mac.source, '<plist>new</plist>');
    expect(() => file.write()).toThrow(JobFileError);
    expect(readFileSync(target, 'utf8')).toBe('<plist>of this version</plist>');
  });

  it('that is a folder is left alone', () => {
    mkdirSync(mac.jobFile);
    expect(file.state()).toMatchObject({ kind: 'untrusted' });
    expect(() => file.write()).toThrow(/is a folder/);
  });

  it('that is longer than a job can be is not read', () => {
    writeFileSync(mac.jobFile, Buffer.alloc(70_000));
    expect(file.state()).toMatchObject({ kind: 'untrusted' });
  });

  it('is not written into a folder that is a link, is missing, or that others may change', () => {
    const elsewhere = join(mac.root, 'elsewhere');
    renameSync(mac.jobs, elsewhere);
    expect(() => file.write()).toThrow(/LaunchDaemons: is not there/);
    symlinkSync(elsewhere, mac.jobs);
    expect(() => file.write()).toThrow(/LaunchDaemons: is a link/);
    rmSync(mac.jobs);
    renameSync(elsewhere, mac.jobs);
    chmodSync(mac.jobs, 0o777);
    expect(() => file.write()).toThrow(/mode 777/);
    expect(existsSync(mac.jobFile)).toBe(false);
  });

  it('replaces a link that lies where the draft goes, without following it', () => {
    const target = join(mac.root, 'target');
    writeFileSync(target, 'precious');
    symlinkSync(target, join(mac.jobs, '.org.spillwatch.agent.plist.draft'));
    file.write();
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(file.state()).toEqual({ kind: 'same' });
  });

  it('cannot be compared without that of this version', () => {
    rmSync(mac.source);
    expect(() => file.state()).toThrow(/source\.plist: is not there; install the package again/);
  });
});
