import { describe, expect, it } from 'vitest';
import type { NetworkFlow } from '../../../collectors/event.ts';
import { ConnectionDifference } from '../../../collectors/network/difference.ts';

/** The bound that the difference states: what is above it counts as new again. */
const BOUND = 20_000;

function flow(changes: Partial<NetworkFlow> = {}): NetworkFlow {
  return {
    kind: 'network.flow',
    collector: 'network',
    timeUs: 5,
    protocol: 'tcp4',
    localAddress: '10.0.0.5',
    localPort: '51000',
    peerAddress: '162.125.1.14',
    peerPort: '443',
    pid: 412,
    processName: 'Dropbox',
    ...changes,
  };
}

const A = flow({ localPort: '51001' });
const B = flow({ localPort: '51002' });
const C = flow({ localPort: '51003' });

describe('ConnectionDifference', () => {
  it.each([
    ['what the first sample shows', [[A, B]], [[A, B]]],
    [
      'nothing while nothing changes',
      [
        [A, B],
        [B, A],
      ],
      [[A, B], []],
    ],
    ['what is new', [[A], [A, B]], [[A], [B]]],
    ['nothing for what has gone', [[A, B], [B]], [[A, B], []]],
    ['what was gone and is back', [[A, B], [B], [A, B]], [[A, B], [], [A]]],
    ['all again after a sample without any', [[A, B], [], [A, B]], [[A, B], [], [A, B]]],
    ['a connection that a sample shows twice once', [[A, A, B]], [[A, B]]],
    ['new ones in the order of the sample', [[B], [C, B, A]], [[B], [C, A]]],
  ])('gives %s', (_what, samples, flows) => {
    const difference = new ConnectionDifference();
    expect(samples.map((sample) => difference.next(sample))).toEqual(flows);
  });

  it.each([
    ['protocol', { protocol: 'udp4' }],
    ['local address', { localAddress: '10.0.0.6' }],
    ['local port', { localPort: '51001' }],
    ['peer', { peerAddress: '162.125.1.15' }],
    ['peer port', { peerPort: '80' }],
    ['process', { pid: 413 }],
  ])('takes a connection with another %s for another one', (_what, changes) => {
    const difference = new ConnectionDifference();
    difference.next([flow()]);
    expect(difference.next([flow(), flow(changes)])).toEqual([flow(changes)]);
  });

  it('takes a connection for the same at another time and under another process name', () => {
    const difference = new ConnectionDifference();
    difference.next([flow()]);
    expect(difference.next([flow({ timeUs: 6, processName: 'Dropbox Helper' })])).toEqual([]);
  });

  it('goes on from the state of an earlier one', () => {
    const earlier = new ConnectionDifference();
    earlier.next([A, B]);
    const state: unknown = JSON.parse(JSON.stringify(earlier.state()));
    const later = new ConnectionDifference(state as string[]);
    expect(later.next([A, B, C])).toEqual([C]);
  });

  it('remembers as many connections as its bound, and takes what is above for new', () => {
    const many = Array.from({ length: BOUND + 2 }, (_, index) => flow({ pid: index }));
    const difference = new ConnectionDifference();
    expect(difference.next(many)).toHaveLength(BOUND + 2);
    expect(difference.state()).toHaveLength(BOUND);
    expect(difference.next(many)).toEqual(many.slice(BOUND));
  });
});
