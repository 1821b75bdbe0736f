import { describe, expect, it } from 'vitest';
import { UnreadableDocument } from '../../agent/config/document.ts';
import { type ConfigReading, readConfig, readLayers } from '../../agent/config.ts';

const KEY = 'windows.flowMinutes';

function flow(minutes: unknown): unknown {
  return { windows: { flowMinutes: minutes } };
}

/** Value and origin of the key that the tests use. */
function of({ settings, config }: ConfigReading): readonly unknown[] {
  expect(config.windows.flowMinutes).toBe(settings.get(KEY)?.value);
  return [settings.get(KEY)?.value, settings.get(KEY)?.origin];
}

describe('a key', () => {
  it.each<[string, Parameters<typeof readLayers>[0], readonly unknown[]]>([
    ['by the managed document first', { managed: flow(5), file: flow(6) }, [5, 'managed']],
    ['by the file where the managed one is silent', { managed: {}, file: flow(6) }, [6, 'file']],
    ['by the file where nothing is managed', { file: flow(6) }, [6, 'file']],
    ['by the default where nobody says anything', {}, [30, 'default']],
  ])('is decided %s', (_, layers, expected) => {
    expect(of(readLayers(layers))).toEqual(expected);
  });

  it('that is managed is decided as a whole: maps are not merged', () => {
    const { config } = readLayers({
      managed: { roles: { users: { ann: 'admin' } } },
      file: { roles: { users: { mallory: 'admin' }, groups: { staff: 'admin' } } },
    });
    expect([...config.roles.users]).toEqual([['ann', 'admin']]);
    expect([...config.roles.groups]).toEqual([['staff', 'admin']]);
  });

  it('that is managed with a bad value is not decided by the file', () => {
    const reading = readLayers({ managed: flow('x'), file: flow(6) });
    expect(of(reading)).toEqual([30, 'default']);
    expect(reading.problems).toEqual([expect.objectContaining({ key: KEY, origin: 'managed' })]);
  });

  it('is decided by the file, at the first reading and later, while preferences cannot be read that never could', () => {
    const layers = { managed: new UnreadableDocument('is damaged'), file: flow(6) };
    const first = readLayers(layers);
    expect([of(first), of(readLayers(layers, first))]).toEqual([
      [6, 'file'],
      [6, 'file'],
    ]);
  });

  it('that is managed is checked in the file nevertheless', () => {
    const { problems } = readLayers({ managed: flow(5), file: flow('x') });
    expect(problems).toEqual([expect.objectContaining({ key: KEY, origin: 'file' })]);
  });

  it('that no document may name in another origin says where an unknown key is', () => {
    const { problems } = readLayers({ managed: { a: 1 }, file: { b: 1 } });
    expect(problems.map(({ origin, key }) => [origin, key])).toEqual([
      ['managed', 'a'],
      ['file', 'b'],
    ]);
  });
});

describe('a bad value after a good one', () => {
  const good = readLayers({ managed: flow(5), file: { retention: { days: 10 } } });

  it('keeps the last good one with its origin, over any number of readings', () => {
    let reading = readLayers({ managed: flow('x') }, good);
    reading = readLayers({ managed: flow(-1) }, reading);
    expect(of(reading)).toEqual([5, 'managed']);
    expect(reading.problems).toHaveLength(1);
  });

  it('costs only its own key', () => {
    const { config } = readConfig(
      { windows: { flowMinutes: 'x', exportMinutes: 7 } },
      readConfig(flow(9)),
    );
    expect(config.windows).toMatchObject({ flowMinutes: 9, exportMinutes: 7 });
  });

  it('in the place of a group keeps all keys of the group', () => {
    const reading = readConfig({ windows: 5, retention: { days: 3 } }, readConfig(flow(9)));
    expect(of(reading)).toEqual([9, 'file']);
    expect(reading.config.retention.days).toBe(3);
  });

  it('in the place of the document keeps everything', () => {
    const reading = readConfig(null, readConfig(flow(9)));
    expect(of(reading)).toEqual([9, 'file']);
    expect(reading.problems).toHaveLength(1);
  });
});

it('a key that is taken out of the documents has its default again', () => {
  expect(of(readConfig({}, readConfig(flow(9))))).toEqual([30, 'default']);
});
