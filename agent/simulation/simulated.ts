/** What `spillwatch simulate` makes carries these names, so that everybody who reads of it knows what it is. */
import { randomBytes } from 'node:crypto';
import type { Finding } from '../../rules/finding.ts';
import { baseName } from '../context/paths.ts';
import { MARKED_NAME } from './exporter.ts';

/** Display name of the simulation's row in `rules/catalogue/database-tools.yml`. */
export const SIMULATION_TOOL = 'Spillwatch simulation';

/** Names below `.example` never resolve (RFC 2606). */
const RESERVED_DOMAIN = '.spillwatch-simulation.example';

/**
 * Whether a finding is of a simulation. The tool's name alone would let anybody mark a real theft as harmless by the name of a
 * program, so a finding in which another file takes part, or a command that sends to another host, is not marked.
 */
export function isSimulated({
  tool,
  files,
  evidence,
  destination,
}: Pick<Finding, 'tool' | 'files' | 'evidence' | 'destination'>): boolean {
  if (tool !== SIMULATION_TOOL) return false;
  if (!files.every((path) => MARKED_NAME.test(baseName(path)))) return false;
  const isSentByCommand =
    evidence === 'named-in-upload-command' || evidence === 'piped-to-uploader';
  return !isSentByCommand || (destination?.endsWith(RESERVED_DOMAIN) ?? false);
}

/** Twelve hex digits that tell one simulation from every other; they stand in every path and host name of it. */
export function newToken(): string {
  return randomBytes(6).toString('hex');
}

/** Name of the export. */
export function markedName(token: string): string {
  return `spillwatch-simulation-${token}.csv`;
}

/** Host that the upload command names and that nobody ever reaches. */
export function reservedHost(token: string): string {
  return `upload-${token}${RESERVED_DOMAIN}`;
}
