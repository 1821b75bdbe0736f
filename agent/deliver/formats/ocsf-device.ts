import type { Finding } from '../../../rules/finding.ts';
import { boundText } from './ocsf-bounds.ts';
import { MACOS, UNKNOWN_DEVICE } from './ocsf-captions.ts';

/** OCSF object `device`: the Mac that observed the steps. */
export interface OcsfDevice {
  readonly type_id: number;
  readonly type: string;
  readonly hostname: string;
  readonly uid: string;
  readonly os: {
    readonly name: 'macOS';
    readonly type_id: number;
    readonly type: string;
    /** Product version, as `15.5`. */
    readonly version: string;
  };
}

/** Names the host of a finding. */
export function toDevice(host: Finding['host']): OcsfDevice {
  return {
    type_id: UNKNOWN_DEVICE.id,
    type: UNKNOWN_DEVICE.caption,
    hostname: boundText(host.name),
    uid: boundText(host.id),
    os: {
      name: 'macOS',
      type_id: MACOS.id,
      type: MACOS.caption,
      version: boundText(host.osVersion),
    },
  };
}
