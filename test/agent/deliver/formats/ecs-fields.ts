/** A field of ECS: its type, and whether it "should contain an array of values". */
interface EcsField {
  readonly type: 'boolean' | 'date' | 'float' | 'ip' | 'keyword' | 'long' | 'text';
  readonly isArray: boolean;
}

const one = (type: EcsField['type']): EcsField => ({ type, isArray: false });
const many = (type: EcsField['type']): EcsField => ({ type, isArray: true });

/**
 * The fields of ECS that Spillwatch writes, transcribed from elastic/ecs, docs/reference/ecs-<set>.md (field reference 9.3.0;
 * process.user, process.code_signature, host.os and cloud.target from the sections "Field reuse"). Objects of free keys
 * (`labels`) and custom fields (`ocsf`, `spillwatch`) are not among them.
 */
export const ECS_FIELDS: ReadonlyMap<string, EcsField> = new Map([
  ['@timestamp', one('date')],
  ['message', one('text')],
  ['tags', many('keyword')],
  ['ecs.version', one('keyword')],
  ['agent.type', one('keyword')],
  ['agent.version', one('keyword')],
  ['cloud.provider', one('keyword')],
  ['cloud.target.provider', one('keyword')],
  ['destination.address', one('keyword')],
  ['destination.domain', one('keyword')],
  ['destination.ip', one('ip')],
  ['destination.port', one('long')],
  ['error.code', one('keyword')],
  ['error.message', one('text')],
  ['event.action', one('keyword')],
  ['event.category', many('keyword')],
  ['event.code', one('keyword')],
  ['event.dataset', one('keyword')],
  ['event.end', one('date')],
  ['event.id', one('keyword')],
  ['event.kind', one('keyword')],
  ['event.module', one('keyword')],
  ['event.reason', one('keyword')],
  ['event.risk_score', one('float')],
  ['event.sequence', one('long')],
  ['event.severity', one('long')],
  ['event.start', one('date')],
  ['event.type', many('keyword')],
  ['file.directory', one('keyword')],
  ['file.extension', one('keyword')],
  ['file.name', one('keyword')],
  ['file.path', one('keyword')],
  ['file.type', one('keyword')],
  ['host.hostname', one('keyword')],
  ['host.id', one('keyword')],
  ['host.name', one('keyword')],
  ['host.os.full', one('keyword')],
  ['host.os.name', one('keyword')],
  ['host.os.platform', one('keyword')],
  ['host.os.type', one('keyword')],
  ['host.os.version', one('keyword')],
  ['process.code_signature.exists', one('boolean')],
  ['process.code_signature.signing_id', one('keyword')],
  ['process.code_signature.team_id', one('keyword')],
  ['process.entity_id', one('keyword')],
  ['process.executable', one('keyword')],
  ['process.name', one('keyword')],
  ['process.pid', one('long')],
  ['process.start', one('date')],
  ['process.user.id', one('keyword')],
  ['process.user.name', one('keyword')],
  ['related.hosts', many('keyword')],
  ['related.ip', many('ip')],
  ['related.user', many('keyword')],
  ['rule.id', one('keyword')],
  ['rule.name', one('keyword')],
  ['rule.reference', one('keyword')],
  ['rule.ruleset', one('keyword')],
  ['rule.uuid', one('keyword')],
  ['rule.version', one('keyword')],
  ['threat.framework', one('keyword')],
  ['threat.tactic.id', many('keyword')],
  ['threat.tactic.name', many('keyword')],
  ['threat.tactic.reference', many('keyword')],
  ['threat.technique.id', many('keyword')],
  ['threat.technique.name', many('keyword')],
  ['threat.technique.reference', many('keyword')],
  ['threat.technique.subtechnique.id', many('keyword')],
  ['threat.technique.subtechnique.name', many('keyword')],
  ['threat.technique.subtechnique.reference', many('keyword')],
  ['user.id', one('keyword')],
  ['user.name', one('keyword')],
  ['user.roles', many('keyword')],
]);

/** The words that ECS allows in a field (ecs-allowed-values-event-*.md, ecs-os.md, ecs-file.md). */
export const ECS_VALUES: ReadonlyMap<string, ReadonlySet<unknown>> = new Map([
  [
    'event.kind',
    new Set(['alert', 'asset', 'enrichment', 'event', 'metric', 'state', 'pipeline_error']),
  ],
  // Those that allow the type `info`.
  ['event.category', new Set(['file', 'intrusion_detection', 'network', 'process'])],
  ['event.type', new Set(['error', 'info'])],
  ['host.os.type', new Set(['linux', 'macos', 'unix', 'windows', 'ios', 'android'])],
  ['file.type', new Set(['file', 'dir', 'symlink'])],
]);
