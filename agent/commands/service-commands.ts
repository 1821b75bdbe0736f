import type { Command } from 'commander';
import { INSTALLED } from './installed.ts';
import type { ServiceOptions, ServiceVerb, UninstallOptions } from './service.ts';
import type { Output } from './terminal.ts';

/** Adds `service` with its verbs; `done` takes the exit code of the one that was chosen. */
export function addServiceCommands(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const service = program
    .command('service')
    .description('the agent as a service of macOS: install, start, stop, look at, take away');
  const add = (verb: ServiceVerb, description: string): void => {
    withState(service.command(verb).description(description)).action(
      async (options: ServiceOptions) => {
        const { service: act } = await import('./service.ts');
        done(await act(verb, options, output));
      },
    );
  };
  add('install', 'write the job of launchd when it is missing or differs, and load it');
  add('start', 'load the service, or start it when it has ended');
  add('stop', 'end the service until "start" or the next start of the Mac');
  add('restart', 'end the service and start it again');
  withState(
    service
      .command('status')
      .description('what launchd and the agent say; exit codes are those of "spillwatch status"'),
  ).action(async (options: ServiceOptions) => {
    const { serviceStatus } = await import('./service-status.ts');
    done(await serviceStatus(options, output));
  });
  service
    .command('uninstall')
    .description('take the agent away; findings, configuration and logs stay')
    .option('--purge', 'take them away, too')
    .option('--json', 'one JSON document')
    .action(async (options: UninstallOptions) => {
      const { uninstallService } = await import('./service.ts');
      done(await uninstallService(options, output));
    });
}

function withState(command: Command): Command {
  return command
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--json', 'one JSON document');
}
