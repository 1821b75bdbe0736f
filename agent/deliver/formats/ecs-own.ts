/** ECS documents of what the agent says of itself. Only a flood of findings that alert is an alert. */
import { distinct, toEcsAgent, toEcsDate, toEcsEvent, toEcsHost } from './ecs-common.ts';
import { ECS_VERSION, type EcsDocument, type EcsEvent } from './ecs-document.ts';
import type { OwnOcsfEvent } from './ocsf-event.ts';

/** What differs between the kinds. */
interface OwnFields extends Pick<EcsDocument, 'tags' | 'rule' | 'error' | 'spillwatch'> {
  readonly event: Pick<
    EcsEvent,
    'kind' | 'category' | 'type' | 'action' | 'code' | 'reason' | 'start' | 'end'
  >;
}

/** Writes an event of the agent as ECS; the OCSF document becomes a part of it. */
export function toOwnEcs(event: OwnOcsfEvent): EcsDocument {
  const { kind, ocsf } = event;
  const { event: fields, ...others } = toOwnFields(event);
  return {
    '@timestamp': toEcsDate(ocsf.time),
    ecs: { version: ECS_VERSION },
    message: ocsf.message,
    event: { ...fields, ...toEcsEvent(ocsf, kind) },
    ...others,
    host: toEcsHost(ocsf.device),
    agent: toEcsAgent(ocsf),
    related: {
      user:
        kind === 'flood' ? distinct(ocsf.unmapped.spillwatch.users.map(({ name }) => name)) : [],
      hosts: distinct([ocsf.device.hostname]),
      ip: [],
    },
    ocsf,
  };
}

function toOwnFields(event: OwnOcsfEvent): OwnFields {
  switch (event.kind) {
    case 'health': {
      // A change of state is an event, not a state (ecs-allowed-values-event-kind.md).
      const { code, state, detail } = event.ocsf.unmapped.spillwatch;
      const isTrouble = state === 'raised';
      return {
        event: {
          kind: 'event',
          type: [isTrouble ? 'error' : 'info'],
          action: `trouble-${state}`,
          code,
          reason: detail,
        },
        ...(isTrouble && { error: { code, message: detail } }),
      };
    }
    case 'heartbeat':
      return {
        event: { kind: 'metric', type: ['info'], action: 'heartbeat' },
        spillwatch: event.ocsf.unmapped.spillwatch,
      };
    case 'flood': {
      const { finding_info: info, is_alert, start_time, end_time } = event.ocsf;
      return {
        event: {
          kind: is_alert ? 'alert' : 'event',
          category: ['intrusion_detection'],
          type: ['info'],
          action: 'findings-held-back',
          reason: info.desc,
          start: toEcsDate(start_time),
          end: toEcsDate(end_time),
        },
        spillwatch: event.ocsf.unmapped.spillwatch,
      };
    }
    case 'test':
      return {
        tags: ['test'],
        event: {
          kind: 'event',
          type: ['info'],
          action: 'delivery-test',
          reason: event.ocsf.finding_info.desc,
        },
      };
  }
}
