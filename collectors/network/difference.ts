import type { NetworkFlow } from '../event.ts';

/** Most connections that are remembered from one sample to the next; what is above counts as new again. */
const MAX_CONNECTIONS = 20_000;

/**
 * Turns samples into events: a flow is a connection that the sample before did not show. Before the first sample
 * nothing is known, so all its connections are flows.
 */
export class ConnectionDifference {
  #previous: ReadonlySet<string>;

  constructor(previous: Iterable<string> = []) {
    this.#previous = new Set(previous);
  }

  next(connections: readonly NetworkFlow[]): readonly NetworkFlow[] {
    const current = new Set<string>();
    const flows: NetworkFlow[] = [];
    for (const connection of connections) {
      const key = keyOf(connection);
      if (!this.#previous.has(key) && !current.has(key)) flows.push(connection);
      if (current.size < MAX_CONNECTIONS) current.add(key);
    }
    this.#previous = current;
    return flows;
  }

  /** What a later `ConnectionDifference` needs to go on from here. */
  state(): readonly string[] {
    return [...this.#previous];
  }
}

function keyOf(flow: NetworkFlow): string {
  return [
    flow.protocol,
    flow.localAddress,
    flow.localPort,
    flow.peerAddress,
    flow.peerPort,
    flow.pid,
  ].join(' ');
}
