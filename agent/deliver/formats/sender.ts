import type { HostIdentity } from '../../context/accounts.ts';

/** Who sends: this Mac and the version of the agent. */
export interface Sender {
  readonly host: HostIdentity;
  readonly version: string;
}
