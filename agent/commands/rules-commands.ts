import type { Command } from 'commander';
import type { RulesOptions } from './rules.ts';
import type { Output } from './terminal.ts';

/** Adds `rules` with its verbs; `done` takes the exit code of the one that was chosen. */
export function addRulesCommands(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const rules = program.command('rules').description('look at the detection rules');
  rules
    .command('list')
    .description('print every rule and exception in force')
    .option('--rules <dir>', 'folder of Sigma rules instead of the built-in one')
    .option('--state <dir>', 'count the hits of exceptions in that database')
    .option('--json', 'one JSON object a line')
    .action(async (options: RulesOptions) => {
      const { listRules } = await import('./rules.ts');
      done(listRules(options, output));
    });
  rules
    .command('check')
    .description('say what is wrong with the rules; exit 1 when something is')
    .option('--rules <dir>', 'folder of Sigma rules instead of the built-in one')
    .action(async (options: { readonly rules?: string }) => {
      const { checkRules } = await import('./rules.ts');
      done(checkRules(options, output, Date.now() * 1000));
    });
}
