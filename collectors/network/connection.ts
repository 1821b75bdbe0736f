/** One socket as a source of samples lists it. All text is cut to 64 characters by whoever emits it. */
export interface Connection {
  /** `tcp4`, `udp6`, `tcp46` on macOS, `tcp`, `udp6` on Linux. */
  readonly protocol: string;
  readonly localAddress: string;
  readonly localPort: string;
  /** `*` or empty when there is no peer. */
  readonly peerAddress: string;
  readonly peerPort: string;
  /** Empty or `UNKNOWN` when the protocol has none. */
  readonly state: string;
  /** `null` when the source does not show whose it is: closed sockets, or those of others without root. */
  readonly pid: number | null;
  /** Empty when the source knows only the pid. */
  readonly process: string;
  /** The source had to guess the pid, because a process is named so that its name reads like columns. */
  readonly isDoubtful?: true;
}

/** Where samples of the network come from. */
export interface NetworkSource {
  /**
   * All sockets of this moment. Stops and settles soon after `signal` aborts; rejects with a `CollectorError`
   * (`command-missing`, `command-failed`) when it cannot see, so that an empty list means that there are none.
   */
  sample(signal: AbortSignal): Promise<readonly Connection[]>;
}

/** Whether anything can leave through it: it has a peer and is not listening. */
export function isConnected({ state, peerAddress, peerPort }: Connection): boolean {
  return state !== 'LISTEN' && !NO_PEER.has(peerAddress) && !NO_PEER.has(peerPort);
}

const NO_PEER: ReadonlySet<string> = new Set(['', '*', '0']);
