import type { EcsDocument, EcsEvent, EcsHost } from './ecs-document.ts';
import type { OcsfDevice } from './ocsf-device.ts';
import type { OcsfEvent } from './ocsf-event.ts';

/**
 * `event.severity` and `event.risk_score` by `severity_id`: the numbers by which Elastic's prebuilt rule External Alerts tells
 * low, medium, high and critical (elastic/detection-rules, rules/promotions/external_alerts.toml); it knows none for
 * informational.
 */
const SEVERITY_NUMBERS: ReadonlyMap<number, number> = new Map([
  [2, 21],
  [3, 47],
  [4, 73],
  [5, 99],
]);

type Ocsf = OcsfEvent['ocsf'];

/** What every event has in common. */
export function toEcsEvent({ metadata, severity_id }: Ocsf, dataset: string) {
  const severity = SEVERITY_NUMBERS.get(severity_id) ?? 0;
  return {
    id: metadata.uid,
    sequence: metadata.sequence,
    dataset: `spillwatch.${dataset}`,
    module: 'spillwatch',
    severity,
    risk_score: severity,
  } as const satisfies Partial<EcsEvent>;
}

export function toEcsHost({ hostname, uid, os }: OcsfDevice): EcsHost {
  return {
    name: hostname,
    hostname,
    id: uid,
    os: {
      type: 'macos',
      platform: 'darwin',
      name: os.name,
      version: os.version,
      full: `${os.name} ${os.version}`,
    },
  };
}

export function toEcsAgent({ metadata }: Ocsf): EcsDocument['agent'] {
  return { type: 'spillwatch', version: metadata.product.version };
}

/** Milliseconds since 1970 as RFC 3339 in UTC. */
export function toEcsDate(ms: number): string {
  return new Date(ms).toISOString();
}

/** Most values of one field of `related`. */
const MAX_RELATED = 50;

/** Each value once, without empty ones. */
export function distinct(values: readonly (string | undefined)[]): readonly string[] {
  const known = new Set(values.map((value) => value ?? ''));
  known.delete('');
  return [...known].slice(0, MAX_RELATED);
}
