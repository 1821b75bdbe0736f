/** How a receiver tells where a message ends, by the words of the configuration (RFC 6587, section 3.4). */
export const FRAMINGS = ['octet-counting', 'newline'] as const;
export type Framing = (typeof FRAMINGS)[number];

const LINE_END = Buffer.from('\n');

/** The bytes of one message on the wire. With `newline` the message must hold no line end, as one line of JSON does not. */
export function frame(message: Uint8Array, framing: Framing): Buffer {
  return framing === 'newline'
    ? Buffer.concat([message, LINE_END])
    : Buffer.concat([Buffer.from(`${message.byteLength} `), message]);
}
