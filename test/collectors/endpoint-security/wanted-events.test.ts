import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseEvents, listEvents } from '../../../collectors/endpoint-security/wanted-events.ts';
import { PROJECT } from '../../support/command.ts';

const HELPER = join(PROJECT, 'test/fixtures/programs/es-helper.sh');

describe('chooseEvents', () => {
  it('keeps the order of what is wanted, each name once', () => {
    expect(
      chooseEvents(['exit', 'exec', 'exit', 'btm'], new Set(['exec', 'exit', 'open'])),
    ).toEqual({
      events: ['exit', 'exec'],
      missing: ['btm'],
    });
  });

  it('takes names of objects for names like others', () => {
    const names = ['constructor', 'toString', '__proto__'];
    expect(chooseEvents(names, new Set(['exec'])).events).toEqual([]);
  });
});

describe('listEvents', () => {
  const { signal } = new AbortController();

  it('reads one name a line, and leaves out lines that are no name', async () => {
    const command = ['/bin/sh', '-c', String.raw`printf 'Known events:\n exec \r\nexit\n--all\n'`];
    expect(await listEvents(command, signal)).toEqual(new Set(['exec', 'exit']));
  });

  it('gives up a helper that does not answer in time', async () => {
    expect(await listEvents([HELPER, 'slow-list', ''], signal, 50)).toBeNull();
  });

  it('does not believe a list of a helper that failed', async () => {
    expect(await listEvents(['/bin/sh', '-c', 'echo exec; exit 1'], signal)).toBeNull();
  });
});
