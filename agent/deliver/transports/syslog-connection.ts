import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** Silence after which the system asks whether the receiver is still there. */
const KEEP_ALIVE_MS = 60_000;

/** The receiver ended the connection. */
export class ReceiverClosedError extends Error {
  readonly code = 'ERR_SPILLWATCH_CLOSED';
}

/** A TLS connection on which the other side says nothing; what it says nevertheless is thrown away. */
export class SyslogConnection {
  readonly #socket: TLSSocket;
  /** Rejects with the reason when the connection ends. */
  readonly #ended: Promise<never>;
  readonly #ready: Promise<void>;
  #isOpen = true;

  constructor(options: ConnectionOptions) {
    const socket = connect(options);
    this.#socket = socket;
    this.#ready = new Promise((resolve) => {
      socket.once('secureConnect', resolve);
    });
    this.#ended = new Promise((_, reject) => {
      const end = (reason: Error): void => {
        this.#isOpen = false;
        reject(reason);
        socket.destroy();
      };
      // An alert comes as an error before the end; the first reason is the one that counts.
      socket.on('error', end);
      for (const event of ['end', 'close'])
        socket.on(event, () => {
          end(new ReceiverClosedError('the receiver closed the connection'));
        });
    });
    this.#ended.catch(() => {});
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.resume();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when both sides agree on TLS. A server of TLS 1.3 judges the certificate of its client only after that. */
  ready(): Promise<void> {
    return this.whileOpen(this.#ready);
  }

  /** Resolves when the system has taken all frames, no faster than it does; that says nothing about the receiver. */
  async write(frames: Iterable<Uint8Array>): Promise<void> {
    let written = Promise.resolve();
    for (const frame of frames) {
      written = this.#write(frame);
      // The end of the connection fails every write; the one that is awaited tells.
      written.catch(() => {});
      // oxlint-disable-next-line no-await-in-loop -- back-pressure
      if (this.#socket.writableNeedDrain) await this.whileOpen(written);
    }
    await this.whileOpen(written);
  }

  /** What `work` gives; rejects with the reason when the connection ends first. */
  whileOpen<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#ended, work]);
  }

  /** Says goodbye; resolves when the connection has ended: `true` when the receiver said goodbye too. */
  finish(): Promise<boolean> {
    this.#socket.end();
    return this.#ended.catch((reason: unknown) => reason instanceof ReceiverClosedError);
  }

  destroy(): void {
    this.#isOpen = false;
    this.#socket.destroy();
  }

  #write(frame: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(frame, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}
