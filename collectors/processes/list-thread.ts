/**
 * The thread that lists processes. ps-list asks of every path at the beginning of a command line whether it exists, and waits for
 * the answer: where a file system gives none, this thread hangs and not the agent. In the single executable this file with all it
 * imports is a text, so it may use nothing that would be looked for in a folder.
 */
import { parentPort } from 'node:worker_threads';
import psList from 'ps-list';
import { withChildrenEnded } from '../library-children.ts';
import { answersOf, failureAnswer, type ListAnswer, type ListRequest } from './list-messages.ts';
import { boundedList } from './process-list.ts';

let stop = new AbortController();
let answers: Iterator<ListAnswer, unknown> = [].values();

parentPort?.on('message', (request: ListRequest) => {
  if (request === 'stop') stop.abort();
  else if (request === 'next') answerNext();
  else void takeList();
});

async function takeList(): Promise<void> {
  stop = new AbortController();
  try {
    const processes = await withChildrenEnded(() => psList(), stop.signal);
    answers = answersOf(boundedList(processes));
    answerNext();
  } catch (error) {
    say(failureAnswer(error));
  }
}

function answerNext(): void {
  const next = answers.next();
  if (next.done !== true) say(next.value);
}

function say(answer: ListAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port is no window
  parentPort?.postMessage(answer);
}
