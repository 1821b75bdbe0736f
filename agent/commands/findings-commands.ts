import { type Command, Option } from 'commander';
import { SEVERITIES, STAGES } from '../../rules/finding.ts';
import type { FindingsListOptions, FindingsShowOptions } from './findings.ts';
import { INSTALLED } from './installed.ts';
import { limit, severity } from './option-values.ts';
import type { Output } from './terminal.ts';

/** Findings of one list unless `--limit` says otherwise. */
const LISTED = 50;

/** Adds `findings` with its verbs; `done` takes the exit code of the one that was chosen. */
export function addFindingsCommands(
  program: Command,
  output: Output,
  done: (code: number) => void,
): void {
  const findings = program
    .command('findings')
    .description('look at the findings of a state folder');
  findings
    .command('list')
    .description('print the latest version of each finding, the newest first')
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--json', 'one JSON object a line, as replay prints them')
    .option('--limit <n>', 'at most so many', limit, LISTED)
    .option('--user <user>', 'only that user, by name or uid')
    .option('--severity <severity>', `only from there on: ${SEVERITIES.join(', ')}`, severity)
    .addOption(new Option('--stage <stage>', 'only that stage').choices(STAGES))
    .action(async (options: FindingsListOptions) => {
      const { listFindings } = await import('./findings.ts');
      const { isTTY, columns } = process.stdout;
      done(listFindings({ ...options, ...(isTTY && { columns }) }, output));
    });
  findings
    .command('show')
    .description('print one finding with its evidence, what was not seen and what to check next')
    .argument('<id>', 'id of the finding, or its first 6 characters or more')
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--json', 'one JSON document')
    .option('--html <file>', 'write the report to that file, for you alone to read')
    .action(async (id: string, options: Omit<FindingsShowOptions, 'id'>) => {
      const { showFinding } = await import('./findings.ts');
      done(showFinding({ id, ...options }, output));
    });
}
