/** One item that a receiver refuses, by the protocol of each: outbox, drain, transport and server are real. */
import { expect, it } from 'vitest';
import { readDestinations } from '../../../../agent/deliver/destination.ts';
import { Drain } from '../../../../agent/deliver/drain.ts';
import { encode } from '../../../../agent/deliver/formats/encode.ts';
import { openInMemory } from '../../../../agent/store/database.ts';
import { Outbox } from '../../../../agent/store/outbox.ts';
import { SENDER } from '../formats/example-outgoing.ts';
import { type Answer, newClock, reply, secretFile, startReceiver } from '../receiver.ts';
import { NEVER } from '../surroundings.ts';

const COUNT = 40;
const BAD = 17;
const NOW_US = 1_790_000_000_000_000;

/** Uids that a receiver keeps. */
type Kept = Set<string>;

interface Protocol {
  readonly keys: () => object;
  /** A receiver that refuses the item `bad`. */
  readonly receiver: (kept: Kept, bad: string) => Answer;
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  /** As Splunk 10.4.3 was seen by others: what stands before the refused event is indexed. */
  'splunk-hec': {
    keys: () => ({ tokenFile: secretFile('token') }),
    receiver: (kept, bad) => (request, response) => {
      const uids = request.text
        .split('\n')
        .map((line) => (JSON.parse(line) as { fields: { uid: string } }).fields.uid);
      const place = uids.indexOf(bad);
      for (const uid of place < 0 ? uids : uids.slice(0, place)) kept.add(uid);
      const answer =
        place < 0
          ? reply(200, { text: 'Success', code: 0 })
          : reply(400, {
              text: 'Error in handling indexed fields',
              code: 15,
              'invalid-event-number': place,
            });
      answer(request, response);
    },
  },
  elasticsearch: {
    keys: () => ({}),
    receiver: (kept, bad) => (request, response) => {
      const uids = [...request.text.matchAll(/^\{"create":.*"_id":"([^"]+)"/gm)].map(
        ([, uid = '']) => uid,
      );
      const items = uids.map((uid) => {
        const status = uid === bad ? 400 : kept.has(uid) ? 409 : 201;
        if (uid !== bad) kept.add(uid);
        return { create: { status } };
      });
      reply(200, { errors: items.some(({ create }) => create.status !== 201), items })(
        request,
        response,
      );
    },
  },
  /** Keeps the others, says how many it refuses and not which. */
  otlp: {
    keys: () => ({}),
    receiver: (kept, bad) => (request, response) => {
      const uids = [
        ...request.text.matchAll(/"spillwatch\.uid","value":\{"stringValue":"([^"]+)"/g),
      ].map(([, uid = '']) => uid);
      for (const uid of uids) if (uid !== bad) kept.add(uid);
      const rejectedLogRecords = uids.includes(bad) ? '1' : '0';
      reply(200, { partialSuccess: { rejectedLogRecords } })(request, response);
    },
  },
};

it.each(Object.entries(PROTOCOLS))(
  '%s: is the only dead letter, and all others arrive',
  async (type, { keys, receiver }) => {
    const connection = openInMemory();
    const outbox = new Outbox(connection, { maxRows: 1000, maxMegabytes: 64, days: 30 });
    const kept: Kept = new Set();
    let bad = '';
    const { url } = await startReceiver((request, response) =>
      receiver(kept, bad)(request, response),
    );
    const destination = readDestinations([{ type, url, ...keys() }]).destinations[0]!;
    const encoded = Array.from({ length: COUNT }, (_, number) =>
      encode({ kind: 'test', number, timeUs: NOW_US }, destination.format, SENDER),
    );
    outbox.enqueue(() => encoded.map((item) => ({ ...item, destination: type })));
    bad = encoded[BAD]!.uid;

    const stop = new AbortController();
    const { at } = newClock();
    const drain = new Drain({
      destination,
      outbox,
      at: {
        ...at,
        pause: (ms) => {
          if (outbox.page(type, { maxItems: 1, maxBytes: 1 }).length === 0) stop.abort();
          return at.pause(ms, NEVER);
        },
      },
      random: () => 0.5,
      nowUs: () => NOW_US,
      raise: () => undefined,
      clear: () => undefined,
      onStoreError: (error) => {
        throw error;
      },
    });
    await drain.run(stop.signal);

    expect(kept).toEqual(new Set(encoded.map(({ uid }) => uid).filter((uid) => uid !== bad)));
    expect(connection.prepare('SELECT uid FROM dead_letters').pluck().all()).toEqual([bad]);
  },
);
