import { join } from 'node:path';
import { type BaselineRow, readBaseline } from '../store/baseline.ts';
import { type Connection, openSqlite } from '../store/sqlite.ts';
import { SIMULATION_TOOL } from './simulated.ts';

/**
 * The baseline's row of a run of the simulation's tool since that moment (microseconds since 1970): it is written for every
 * role, also when no finding comes of it. `null` when there is none or the database cannot be read; nothing is written.
 */
export function recordedRun(stateFolder: string, sinceUs: number): BaselineRow | null {
  let connection: Connection | undefined;
  try {
    connection = openSqlite(join(stateFolder, 'spillwatch.db'), {
      readonly: true,
      fileMustExist: true,
    });
    connection.pragma('trusted_schema = OFF');
    const rows = readBaseline(connection).filter(
      ({ tool, lastUs }) => tool === SIMULATION_TOOL && lastUs >= sinceUs,
    );
    return rows.toSorted((a, b) => b.lastUs - a.lastUs)[0] ?? null;
  } catch {
    return null;
  } finally {
    connection?.close();
  }
}
