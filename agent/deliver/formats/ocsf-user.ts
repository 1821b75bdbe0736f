import type { Finding } from '../../../rules/finding.ts';
import { boundText } from './ocsf-bounds.ts';
import { USER_TYPES } from './ocsf-captions.ts';

/** OCSF object `user` for the person that a finding is about. */
export interface OcsfUser {
  /** Login name; absent when no account record names the uid. */
  readonly name?: string;
  readonly uid: string;
  readonly type_id: number;
  readonly type: string;
}

/** Names the user of a finding; only the role `admin` makes an administrator of them. */
export function toUser(finding: Finding): OcsfUser {
  const type = finding.role === 'admin' ? USER_TYPES.admin : USER_TYPES.user;
  return {
    ...(finding.user !== null && { name: boundText(finding.user) }),
    uid: String(finding.uid),
    type_id: type.id,
    type: type.caption,
  };
}
