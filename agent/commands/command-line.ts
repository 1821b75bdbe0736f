import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { SEVERITIES, type Severity } from '../../rules/finding.ts';
import { FORMATS, type Format } from '../deliver/transport.ts';
import { REDACTION_MODES } from '../redaction/mode.ts';
import type { BaselineOptions } from './baseline.ts';
import type { CaptureOptions } from './capture.ts';
import { addConfigCommands } from './config-commands.ts';
import type { DeliverTestOptions } from './deliver.ts';
import type { DoctorOptions } from './doctor.ts';
import { EXIT } from './exit-codes.ts';
import type { ExplainOptions } from './explain.ts';
import { addFindingsCommands } from './findings-commands.ts';
import { INSTALLED } from './installed.ts';
import { limit, severity } from './option-values.ts';
import { addOutboxCommands } from './outbox-commands.ts';
import type { RedactOptions } from './redact.ts';
import { addRulesCommands } from './rules-commands.ts';
import type { RunOptions } from './run.ts';
import { addServiceCommands } from './service-commands.ts';
import type { SimulateOptions } from './simulate.ts';
import type { StatusOptions } from './status.ts';
import { type Output, printable } from './terminal.ts';

/** Runs one verb and gives the exit code. Wrong usage is one line and 64; `--help` and `--version` are 0. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const output: Output = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  let code: number = EXIT.done;
  const program = build(output, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

function build(output: Output, done: (code: number) => void): Command {
  const program = new Command('spillwatch')
    .description('Catches data on its way from a database to the cloud, on the Mac itself.')
    .version(packageJson.version, '--version', 'print the version')
    .configureOutput({
      writeOut: output.out,
      writeErr: output.err,
      // What was typed comes back in the message.
      outputError: (text, write) => {
        write(`${printable(text.trimEnd())}\n`);
      },
    })
    .showSuggestionAfterError(false)
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 unreadable input or rule, 10 a finding at or above --fail-on, 64 wrong usage,
70 a fault of the program.`,
    );

  program
    .command('replay')
    .description(
      'judge recorded telemetry; every emission is a line on stdout, the counts go to stderr',
    )
    .argument('<capture...>', 'capture files in order of time, - is standard input')
    .option('--config <file>', 'configuration, as JSON')
    .option('--rules <dir>', 'folder of Sigma rules instead of the built-in one')
    .addOption(
      new Option('--format <format>', 'what a line is').choices(FORMATS).default('summary'),
    )
    .option('--state <dir>', 'keep the database there and go on where the last replay stopped')
    .option(
      '--fail-on <severity>',
      `exit 10 at a finding of at least ${SEVERITIES.join(', ')}`,
      severity,
    )
    .action(async (captures: string[], options: ReplayFlags) => {
      const { replay } = await import('./replay.ts');
      done(await replay({ captures, ...options }, output));
    });

  program
    .command('demo')
    .description('replay a bundled capture with a whole chain and print the findings for people')
    .action(async () => {
      const { demo } = await import('./demo.ts');
      done(await demo(output));
    });

  program
    .command('explain')
    .description('say for each database session why it became no finding or stopped at a stage')
    .argument('[capture...]', 'capture files in order of time, - is standard input')
    .option(
      '--state <dir>',
      'without captures: folder of the database, the installed one unless given',
    )
    .option('--config <file>', 'configuration, as JSON')
    .option('--rules <dir>', 'folder of Sigma rules instead of the built-in one')
    .option('--user <user>', 'only that user, by name or uid')
    .option('--json', 'one JSON object a line')
    .action(async (captures: string[], options: ExplainFlags, command: Command) => {
      const { explain } = await import('./explain.ts');
      if (captures.length > 0 && options.state !== undefined)
        command.error('error: name captures or --state DIR, one of them');
      done(await explain({ captures, state: INSTALLED.state, ...options }, output));
    });

  program
    .command('baseline')
    .description('print which users run which database tools, and a role map to review')
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--json', 'one JSON document')
    .action(async (options: BaselineOptions) => {
      const { baseline } = await import('./baseline.ts');
      done(baseline(options, output));
    });

  program
    .command('run')
    .description('the agent in the foreground, until SIGTERM or SIGINT')
    .option('--config <file>', 'configuration, as JSON')
    .option('--rules <dir>', 'folder of Sigma rules instead of the built-in one')
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--log <file>', 'write the log there, and not to standard error')
    .action(async (options: RunOptions) => {
      const { run } = await import('./run.ts');
      done(await run(options, output));
    });

  program
    .command('status')
    .description(
      'ask the running agent: 0 healthy, 1 degraded, 3 not running, 4 no Full Disk Access',
    )
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--json', 'one JSON document')
    .option('--ea', 'one stable word, for the inventory of an MDM')
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status.ts');
      done(await status(options, output));
    });

  addOutboxCommands(program, output, done);
  addServiceCommands(program, output, done);
  addConfigCommands(program, output, done);
  addFindingsCommands(program, output, done);
  addRulesCommands(program, output, done);

  program
    .command('deliver')
    .description('destinations')
    .command('test')
    .description('send a finding marked as a test to each destination, and say what it answered')
    .option('--config <file>', 'configuration, as JSON')
    .option('--destination <name>', 'only this one')
    .option('--json', 'one JSON object a line')
    .action(async (options: DeliverTestOptions) => {
      const { deliverTest } = await import('./deliver.ts');
      done(await deliverTest(options, output));
    });

  program
    .command('doctor')
    .description('check everything and say how to mend it: 0 pass, 1 warning, 2 failure')
    .option('--config <file>', 'configuration, as JSON')
    .option('--rules <dir>', 'folder of Sigma rules instead of the built-in one')
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--json', 'one JSON object a line')
    .option('--canary', 'send a canary through the running agent and wait for it')
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./doctor.ts');
      done(await doctor(options, output));
    });

  program
    .command('simulate')
    .description(
      'make a harmless, marked chain and say whether the agent saw it: 0 all seen, 1 not, 3 no agent',
    )
    .argument('<analytic>', 'an0678')
    .option('--evidence <kind>', 'how the data leaves, named-in-upload-command unless given')
    .option('--sync-folder <dir>', 'a real cloud folder, for the evidence that needs one')
    .option('--home <dir>', 'home of the user, when it cannot be told')
    .option('--state <dir>', 'folder of the database', INSTALLED.state)
    .option('--json', 'one JSON document')
    .option('--keep', 'leave the tool and its files behind')
    .action(async (analytic: string, options: Omit<SimulateOptions, 'analytic'>) => {
      const { simulate } = await import('./simulate.ts');
      done(await simulate({ analytic, ...options }, output));
    });

  program
    .command('capture')
    .description('record what the live sources see, for replay; secrets become placeholders')
    .argument('<file>', 'file to make; one that is there is refused')
    .option('--seconds <n>', 'how long, until SIGINT or SIGTERM unless given', limit)
    .option('--config <file>', 'configuration, as JSON')
    .option('--raw', 'write secrets of command lines, too')
    .action(async (file: string, options: Omit<CaptureOptions, 'file'>) => {
      const { capture } = await import('./capture.ts');
      done(await capture({ file, ...options }, output));
    });

  program
    .command('redact')
    .description('read JSON lines with argv, env, url or text and print them without secrets')
    .addOption(
      new Option('--mode <mode>', 'what stands for a secret')
        .choices(REDACTION_MODES)
        .default('redact'),
    )
    .option('--key-file <file>', 'key of the mode hash, readable by its owner only')
    .action(async (options: RedactOptions) => {
      const { redact } = await import('./redact.ts');
      done(await redact(options, output));
    });

  return program;
}

type ExplainFlags = Omit<ExplainOptions, 'captures'>;

interface ReplayFlags {
  readonly config?: string;
  readonly rules?: string;
  readonly format: Format;
  readonly state?: string;
  readonly failOn?: Severity;
}
