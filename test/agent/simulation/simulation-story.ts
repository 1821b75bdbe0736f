import {
  type Command,
  type CommandParts,
  copyCommand,
  exportOf,
  pipelineCommand,
  toolCommand,
  uploadCommand,
} from '../../../agent/simulation/programs.ts';
import type { Departure } from '../../../agent/simulation/scenario.ts';
import { markedName } from '../../../agent/simulation/simulated.ts';
import type { Evidence } from '../../../rules/finding.ts';
import { MARIA, PROGRAMS, type Proc, type Program, Story, type User } from '../../support/story.ts';

export interface SimulationStoryOptions {
  readonly token: string;
  readonly evidence: Evidence;
  readonly syncFolder?: string;
  readonly user?: User;
  /** Goes on with this story instead of beginning one. */
  readonly story?: Story;
  readonly start?: string;
}

/** The runtime as its makers sign it; the copy keeps the signature under another name. */
const NODE = { signingId: 'node', teamId: 'HX7739G8FX' };

/** What a Mac would record of a simulation by maria: the very commands that it starts, with the files that they touch. */
export function simulationStory(options: SimulationStoryOptions): Story {
  const { token, evidence, syncFolder, user = MARIA, start } = options;
  const story = options.story ?? new Story(start === undefined ? {} : { start }).host([user]);
  const shell = story.shell(user);
  const folder = `/private/var/folders/x1/T/spillwatch-simulation-${token}-a1B2c3`;
  const downloads = `/Users/${user.name}/Downloads`;
  const departure = departureOf(evidence, syncFolder);
  const syncedHere = departure.kind === 'none' ? syncFolder : undefined;
  const parts: CommandParts = {
    token,
    scenario: { evidence, exportFolder: syncedHere ?? downloads, departure },
    workplace: { tool: `${folder}/spillwatch-simulated-db`, script: `${folder}/exporter.mts` },
    port: 49_152,
  };
  const verb = story.run(shell, {
    ...NODE,
    path: '/usr/local/lib/spillwatch/node',
    args: ['node', '/usr/local/lib/spillwatch/main.js', 'simulate', 'an0678'],
  });
  if (parts.scenario.departure.kind === 'pipe') piped(story, verb, parts);
  else inSteps(story, verb, parts);
  return story.wait(5).noise(3);
}

function departureOf(evidence: Evidence, folder = '/'): Departure {
  if (evidence === 'named-in-upload-command') return { kind: 'upload-command' };
  if (evidence === 'piped-to-uploader') return { kind: 'pipe' };
  return evidence === 'landed-in-sync-folder' ? { kind: 'copy', folder } : { kind: 'none' };
}

function inSteps(story: Story, verb: Proc, parts: CommandParts): void {
  const { departure } = parts.scenario;
  const tool = story.run(verb, programOf(toolCommand(parts), NODE));
  story.wait(0.2).write(tool, exportOf(parts)).exit(tool);
  if (departure.kind === 'upload-command') {
    const curl = story.run(verb, programOf(uploadCommand(parts, exportOf(parts)), PROGRAMS.curl));
    story.open(curl, exportOf(parts)).exit(curl);
  }
  if (departure.kind === 'copy') {
    const cp = story.run(verb, programOf(copyCommand(parts, departure.folder), PROGRAMS.cp));
    story.clone(cp, exportOf(parts), `${departure.folder}/${markedName(parts.token)}`).exit(cp);
  }
}

/** The shell makes the pipe and forks both ends; the uploader is executed when the tool has closed its file. */
function piped(story: Story, verb: Proc, parts: CommandParts): void {
  const pipe = 90_210;
  const sh = story.run(
    verb,
    programOf(pipelineCommand(parts), { ...PROGRAMS.zsh, path: '/bin/sh' }),
  );
  const [left, right] = [story.fork(sh), story.fork(sh)];
  const tool = story.exec(left, { ...programOf(toolCommand(parts), NODE), stdout: pipe });
  story.wait(0.2).write(tool, exportOf(parts));
  const curl = story.exec(right, {
    ...programOf(uploadCommand(parts, '-'), PROGRAMS.curl),
    stdin: pipe,
  });
  story.exit(tool).exit(curl).exit(sh);
}

function programOf({ file, args }: Command, rest: Partial<Program>): Program {
  return { ...rest, path: file, args: [file.split('/').at(-1) ?? '', ...args], cwd: '/' };
}
