import packageJson from '../../../package.json' with { type: 'json' };
import type { Severity } from '../../../rules/finding.ts';
import type { Item } from '../item.ts';

/** Our severities as SeverityNumber of OpenTelemetry's log data model: INFO, WARN, WARN2, ERROR, FATAL. */
const SEVERITY_NUMBERS: Readonly<Record<Severity, number>> = {
  informational: 9,
  low: 13,
  medium: 14,
  high: 17,
  critical: 21,
};

/**
 * Items as the JSON of `ExportLogsServiceRequest` (opentelemetry-proto, logs v1): one resource, one scope, a record an item.
 * The same items give the same bytes, so the time of observation is that of the event. 64-bit numbers are texts, as the JSON
 * mapping of protobuf wants it.
 */
export function toLogsRequest(items: readonly Item[], hostName: string): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: {
          attributes: [
            attribute('service.name', 'spillwatch'),
            attribute('service.version', packageJson.version),
            attribute('host.name', hostName),
          ],
        },
        scopeLogs: [
          {
            scope: { name: 'spillwatch', version: packageJson.version },
            logRecords: items.map(toLogRecord),
          },
        ],
      },
    ],
  });
}

function toLogRecord({ timeUs, severity, body, kind, uid }: Item): object {
  const time = `${timeUs}000`;
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: SEVERITY_NUMBERS[severity],
    severityText: severity,
    body: { stringValue: body },
    attributes: [attribute('event.name', `spillwatch.${kind}`), attribute('spillwatch.uid', uid)],
  };
}

function attribute(key: string, value: string): object {
  return { key, value: { stringValue: value } };
}
