import { type Command, InvalidArgumentError } from 'commander';
import { INSTALLED } from './installed.ts';
import type { DecisionOptions, LettersOptions, OutboxOptions } from './outbox.ts';
import type { Output } from './terminal.ts';

/** Adds `outbox` with its verbs; `done` takes the exit code of the one that was chosen. */
export function addOutboxCommands(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const outbox = program
    .command('outbox')
    .description('what waits to be sent, and what was refused');
  stateCommand(outbox, 'status', 'per destination: what waits, was delivered, dropped, refused')
    .option('--json', 'one JSON document')
    .action(async (options: OutboxOptions) => {
      const { outboxStatus } = await import('./outbox.ts');
      done(await outboxStatus(options, output));
    });
  lettersCommand(outbox, 'list', 'dead letters with their reasons')
    .option('--waiting', 'what is to be sent instead')
    .option('--json', 'one JSON object a line')
    .action(async (options: LettersOptions) => {
      const { listOutbox } = await import('./outbox.ts');
      done(listOutbox(options, output));
    });
  lettersCommand(outbox, 'export', 'print the bodies of dead letters, one a line')
    .option('--waiting', 'of what is to be sent instead')
    .option('--json', 'what it prints is JSON in any case')
    .action(async (options: LettersOptions) => {
      const { exportOutbox } = await import('./outbox.ts');
      done(exportOutbox(options, output));
    });
  decisionCommand(outbox, 'retry', 'send dead letters again').action(
    async (ids: readonly number[], options: DecisionOptions) => {
      const { retryOutbox } = await import('./outbox.ts');
      done(retryOutbox(ids, options, output));
    },
  );
  decisionCommand(outbox, 'drop', 'give dead letters up')
    .option('--waiting', 'what is to be sent instead')
    .action(async (ids: readonly number[], options: DecisionOptions) => {
      const { dropOutbox } = await import('./outbox.ts');
      done(dropOutbox(ids, options, output));
    });
}

function stateCommand(outbox: Command, name: string, description: string): Command {
  return outbox
    .command(name)
    .description(description)
    .option('--state <dir>', 'folder of the database', INSTALLED.state);
}

function lettersCommand(outbox: Command, name: string, description: string): Command {
  return stateCommand(outbox, name, description).option(
    '--destination <name>',
    'only those of this destination',
  );
}

function decisionCommand(outbox: Command, name: string, description: string): Command {
  return lettersCommand(outbox, name, description)
    .argument('[id...]', 'ids of "outbox list"', letterIds)
    .option('--all', 'all of them')
    .option('--json', 'one JSON document');
}

function letterIds(text: string, before: readonly number[] = []): readonly number[] {
  if (!/^[1-9]\d{0,15}$/.test(text))
    throw new InvalidArgumentError('must be a number of "outbox list".');
  return [...before, Number(text)];
}
