/**
 * What classes of OCSF 1.7.0 take that ../shared/data/ocsf has no schema for, transcribed from ocsf/ocsf-schema:
 * events/base_event.json (attributes and requirements), events/application/application_error.json (class 6008, since 1.4.0,
 * #1299), events/application/application_lifecycle.json (class 6002) and profiles/host.json (since 1.4.0 at the base event,
 * #1280). The objects in them are those of the Detection Finding's schema.
 */

/** Attributes of the base event, with the object or the JSON type of each. */
const BASE_EVENT = {
  activity_id: { type: 'integer' },
  activity_name: { type: 'string' },
  category_name: { const: 'Application Activity' },
  category_uid: { const: 6 },
  class_name: { type: 'string' },
  class_uid: { type: 'integer' },
  count: { type: 'integer' },
  duration: { type: 'integer' },
  end_time: { type: 'integer' },
  message: { type: 'string' },
  metadata: { $ref: '#/$defs/metadata' },
  observables: { type: 'array', items: { $ref: '#/$defs/observable' } },
  raw_data: { type: 'string' },
  severity: { type: 'string' },
  severity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
  start_time: { type: 'integer' },
  status: { type: 'string' },
  status_code: { type: 'string' },
  status_detail: { type: 'string' },
  // Unknown, Success, Failure, Other; New and Resolved are numbers of the findings alone.
  status_id: { enum: [0, 1, 2, 99] },
  time: { type: 'integer' },
  timezone_offset: { type: 'integer' },
  type_name: { type: 'string' },
  type_uid: { type: 'integer' },
  unmapped: { type: 'object' },
  // Profile host.
  device: { $ref: '#/$defs/device' },
};

const REQUIRED = [
  'activity_id',
  'category_uid',
  'class_uid',
  'metadata',
  'severity_id',
  'time',
  'type_uid',
];

/** A JSON Schema of each class, to be completed by the `$defs` of another. */
export const APPLICATION_ERROR = {
  type: 'object',
  properties: {
    ...BASE_EVENT,
    class_uid: { const: 6008 },
    class_name: { const: 'Application Error' },
    activity_id: { enum: [0, 1, 2, 99] },
    type_uid: { enum: [600_800, 600_801, 600_802, 600_899] },
  },
  required: REQUIRED,
  additionalProperties: false,
};

export const APPLICATION_LIFECYCLE = {
  type: 'object',
  properties: {
    ...BASE_EVENT,
    class_uid: { const: 6002 },
    class_name: { const: 'Application Lifecycle' },
    activity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 99] },
    type_uid: { enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 99].map((activity) => 600_200 + activity) },
    app: { $ref: '#/$defs/product' },
  },
  required: [...REQUIRED, 'app'],
  additionalProperties: false,
};
