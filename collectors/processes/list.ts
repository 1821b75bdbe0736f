import type { ProcessSeen } from '../event.ts';
import {
  asArray,
  asInteger,
  asObject,
  asText,
  asTimeUs,
  type JsonObject,
  own,
} from '../untrusted.ts';

/**
 * Rows of a process list (ps-list) as events. A row without pid, uid or path costs only itself and is counted in
 * `badRows`. The list gives the effective user, no signing, and start times of one second.
 */
export function readProcessList(
  record: JsonObject,
  timeUs: number,
): { readonly events: readonly ProcessSeen[]; readonly badRows: number } {
  const rows = asArray(own(record, 'processes')) ?? [];
  const events = rows.flatMap((row) => {
    const object = asObject(row);
    const event = object && readRow(object, timeUs);
    return event ? [event] : [];
  });
  return { events: parentsFirst(events), badRows: rows.length - events.length };
}

/** The same rows with every parent before its children, so that whoever reads them in order knows where each belongs. */
function parentsFirst(events: readonly ProcessSeen[]): readonly ProcessSeen[] {
  const byPid = new Map(events.map((event) => [event.process.pid, event]));
  const ordered = new Set<ProcessSeen>();
  for (const event of events) {
    const line = new Set<ProcessSeen>();
    for (
      let at: ProcessSeen | undefined = event;
      at && !ordered.has(at) && !line.has(at);
      at = at.process.parent ? byPid.get(at.process.parent.pid) : undefined
    )
      line.add(at);
    for (const member of [...line].toReversed()) ordered.add(member);
  }
  return [...ordered];
}

function readRow(row: JsonObject, timeUs: number): ProcessSeen | null {
  const pid = asInteger(own(row, 'pid'));
  const ppid = asInteger(own(row, 'ppid'));
  const uid = asInteger(own(row, 'uid'));
  const name = asText(own(row, 'name'));
  const path = asText(own(row, 'path')) ?? name;
  if (pid === null || uid === null || path === null) return null;
  return {
    kind: 'process.seen',
    collector: 'processes',
    timeUs,
    commandLine: asText(own(row, 'cmd')) ?? '',
    process: {
      pid,
      pidversion: null,
      parent: ppid === null ? null : { pid: ppid, pidversion: null },
      responsible: null,
      auditUserId: null,
      realUserId: uid,
      executable: path,
      name: name ?? path.slice(path.lastIndexOf('/') + 1),
      signingId: null,
      teamId: null,
      isPlatformBinary: false,
      cdhash: null,
      startUs: asTimeUs(own(row, 'startTime')),
    },
  };
}
