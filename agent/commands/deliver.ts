import { hostname } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import type { Destination } from '../deliver/destination.ts';
import { readDestinations } from '../deliver/destination.ts';
import { outcomeOfError } from '../deliver/error-class.ts';
import { encode } from '../deliver/formats/encode.ts';
import type { Item } from '../deliver/item.ts';
import type { Outcome } from '../deliver/outcome.ts';
import { agentConfig } from './agent-config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { surroundings } from './surroundings.ts';
import { type Output, printable } from './terminal.ts';

export interface DeliverTestOptions {
  readonly config?: string;
  /** Only this one. */
  readonly destination?: string;
  readonly json?: boolean;
}

interface TestAnswer {
  readonly destination: string;
  readonly type: string;
  readonly answer: 'accepted' | 'duplicate' | 'refused' | 'unreachable' | 'misconfigured';
  readonly detail: string | null;
  readonly milliseconds: number;
}

/** Longest wait for one receiver; every transport has a shorter time-out of its own. */
const PATIENCE_MS = 60_000;

/**
 * `spillwatch deliver test`: sends a finding that is marked as a test to each destination, not through the outbox, and says
 * what the receiver answered. Exit 1 when one did not take it.
 */
export async function deliverTest(options: DeliverTestOptions, output: Output): Promise<ExitCode> {
  try {
    const { config } = await agentConfig(options.config);
    const { destinations, problems } = readDestinations(config.deliver);
    for (const problem of problems) output.err(`${printable(problem)}\n`);
    const chosen = destinations.filter(
      ({ name }) => options.destination === undefined || name === options.destination,
    );
    if (chosen.length === 0) {
      output.err(
        'there is no such destination in the configuration; see "spillwatch config show"\n',
      );
      return EXIT.unreadable;
    }
    const answers = await Promise.all(chosen.map(testOne));
    for (const answer of answers)
      output.out(`${options.json ? JSON.stringify(answer) : printable(lineOf(answer))}\n`);
    const isTaken = answers.every(({ answer }) => answer === 'accepted' || answer === 'duplicate');
    return isTaken && problems.length === 0 ? EXIT.done : EXIT.unreadable;
  } catch (error) {
    return refused(error, output);
  }
}

async function testOne(destination: Destination): Promise<TestAnswer> {
  const startedMs = performance.now();
  const outcome = await attempt(destination);
  const { name, type } = destination;
  const milliseconds = Math.round(performance.now() - startedMs);
  return { destination: name, type, ...meaningOf(outcome, destination), milliseconds };
}

async function attempt(destination: Destination): Promise<Outcome> {
  try {
    const transport = destination.open(surroundings());
    try {
      return await transport.send([testItem(destination)], AbortSignal.timeout(PATIENCE_MS));
    } finally {
      await transport.close();
    }
  } catch (error) {
    return outcomeOfError(error);
  }
}

function testItem({ format }: Destination): Item {
  const timeUs = Date.now() * 1000;
  const host = { name: hostname(), id: 'test', osVersion: '' };
  const sender = { host, version: packageJson.version };
  return { id: 1, ...encode({ kind: 'test', number: 1, timeUs }, format, sender) };
}

function meaningOf(
  outcome: Outcome,
  { isBestEffort }: Destination,
): Pick<TestAnswer, 'answer' | 'detail'> {
  switch (outcome.kind) {
    case 'ok':
      return {
        answer: 'accepted',
        detail: isBestEffort ? 'sent; this protocol has no acknowledgement' : null,
      };
    case 'items': {
      const [first] = outcome.answers;
      if (first?.kind === 'ok') return { answer: 'accepted', detail: null };
      if (first?.kind === 'duplicate') return { answer: 'duplicate', detail: null };
      return { answer: 'refused', detail: first?.detail ?? 'no answer for it' };
    }
    case 'retry':
      return { answer: 'unreachable', detail: outcome.detail };
    case 'config':
      return { answer: 'misconfigured', detail: outcome.detail };
    case 'too-big':
    case 'rejected':
      return { answer: 'refused', detail: outcome.detail };
  }
}

function lineOf({ destination, type, answer, detail, milliseconds }: TestAnswer): string {
  return `${destination} (${type}): ${answer}${detail === null ? '' : `, ${detail}`} (${milliseconds} ms)`;
}
