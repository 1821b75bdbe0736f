import type { TransportType } from '../transport.ts';
import { ELASTICSEARCH } from './elasticsearch.ts';
import { FILE } from './file.ts';
import { OTLP } from './otlp.ts';
import { SENTINEL } from './sentinel.ts';
import { SPLUNK_HEC } from './splunk-hec.ts';
import { SYSLOG } from './syslog.ts';
import { WEBHOOK } from './webhook.ts';

/** Every type of destination, by the word that `type` has in the configuration. */
export const TRANSPORT_TYPES: ReadonlyMap<string, TransportType> = new Map([
  ['file', FILE],
  ['syslog', SYSLOG],
  ['webhook', WEBHOOK],
  ['elasticsearch', ELASTICSEARCH],
  ['otlp', OTLP],
  ['sentinel', SENTINEL],
  ['splunk-hec', SPLUNK_HEC],
]);
