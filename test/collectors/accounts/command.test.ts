import { describe, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../../../collectors/accounts/command.ts';
import { program } from './programs.ts';

function run(name: string, timeoutMs = 5000): Promise<CommandResult> {
  return runCommand(program(name), ['a b', '$HOME'], timeoutMs, new AbortController().signal);
}

describe('runCommand', () => {
  it('passes arguments as they are and an environment of three names', async () => {
    const result = await run('environment');
    const text = result.kind === 'done' ? result.text : '';
    // `sh` itself adds PWD and some add `_` and SHLVL.
    const names = text.split(' ').filter((name) => /^[A-Z_]+$/.test(name));
    expect(names.filter((name) => !['PWD', '_', 'SHLVL', 'OLDPWD'].includes(name))).toEqual([
      'HOME',
      'LC_ALL',
      'PATH',
    ]);
    expect(text).toContain('/usr/bin:/bin:/usr/sbin:/sbin|C|/|a b $HOME');
  });

  it('tells the status of a program that fails', async () => {
    expect(await run('fail')).toMatchObject({ code: 'command-failed', status: 3 });
  });

  it('tells a program that is not there or may not be run from one that fails', async () => {
    expect(await run('not-there')).toMatchObject({ code: 'command-missing', status: null });
    const signal = new AbortController().signal;
    expect(await runCommand('/etc/passwd', [], 1000, signal)).toMatchObject({
      code: 'command-missing',
    });
  });

  it('kills a program that takes too long, also when it does not heed SIGTERM', async () => {
    expect(await run('hang', 100)).toMatchObject({ code: 'command-slow' });
  });

  it('kills a program that writes without end', async () => {
    expect(await run('flood')).toMatchObject({ code: 'command-failed', status: null });
  });

  it('kills the program when it is stopped', async () => {
    const stop = new AbortController();
    const running = runCommand(program('hang'), [], 60_000, stop.signal);
    stop.abort();
    expect(await running).toMatchObject({ kind: 'failed', status: null });
    expect(await runCommand(program('fail'), [], 1000, stop.signal)).toMatchObject({
      status: null,
    });
  });
});
