import type { Command } from 'commander';
import type { ConfigShowOptions } from './config.ts';
import type { Output } from './terminal.ts';

/** Adds `config` with its verbs; `done` takes the exit code of the one that was chosen. */
export function addConfigCommands(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const config = program.command('config').description('look at the configuration');
  config
    .command('check')
    .description('say what is wrong with configuration files; exit 1 when something is')
    .argument('<file...>', 'configuration, as JSON or property list')
    .action(async (files: string[]) => {
      const { checkConfig } = await import('./config.ts');
      done(await checkConfig(files, output));
    });
  config
    .command('show')
    .description('print every key with the value in force, where it comes from and what is allowed')
    .option('--config <file>', 'configuration instead of the installed one')
    .option('--json', 'one JSON document')
    .action(async (options: Omit<ConfigShowOptions, 'columns'>) => {
      const { showConfig } = await import('./config.ts');
      const { isTTY, columns } = process.stdout;
      done(await showConfig({ ...options, ...(isTTY && { columns }) }, output));
    });
}
