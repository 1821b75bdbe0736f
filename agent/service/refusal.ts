/** Why launchctl did not do what it was asked for. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** Exit code; `null` when it did not end by itself. */
  readonly code: number | null;
  /** What it wrote itself, the first line; it may be empty. */
  readonly text: string;
}

export type RefusalReason =
  /** There is no launchctl, so this is no Mac. */
  | 'missing'
  /** It had not ended in time and was killed. */
  | 'hung'
  /** Nothing of the label is loaded. */
  | 'not-loaded'
  /** Something with the label begins or ends just now. */
  | 'under-way'
  /** 5, which launchd says for many things; `faultOf` looks for the one. */
  | 'input-output'
  | 'disabled'
  | 'not-permitted'
  | 'system-protection'
  | 'wrong-domain'
  | 'unknown';

/**
 * launchctl ends with the error of launchd. None of the numbers is documented; each was seen: 3 and 36 of bootout
 * (DeterminateSystems/nix-installer#1148, osquery/osquery#5698), 5 and 37 of a bootstrap while the label is not free yet
 * (headroomlabs-ai/headroom#1289, Layr-Labs/d-inference#1102), 113 of kickstart and print without a job
 * (NousResearch/hermes-agent#5536), 119 (DeterminateSystems/nix-installer#530), 125 (Jackett/Jackett#14822), 150
 * (OleksandrKrupko/mac-os-debloat#4). 1 is EPERM.
 */
const REASONS: ReadonlyMap<number, RefusalReason> = new Map([
  [1, 'not-permitted'],
  [3, 'not-loaded'],
  [5, 'input-output'],
  [36, 'under-way'],
  [37, 'under-way'],
  [113, 'not-loaded'],
  [119, 'disabled'],
  [125, 'wrong-domain'],
  [150, 'system-protection'],
]);

export function reasonOf(code: number): RefusalReason {
  return REASONS.get(code) ?? 'unknown';
}

/** A refusal for people: what happened, and what to do. */
export function describeRefusal({ reason, code, text }: Refusal): {
  readonly detail: string;
  readonly fix: string;
} {
  const said = `launchctl ended with ${code}${text === '' ? '' : ` (${text})`}`;
  switch (reason) {
    case 'missing':
      return {
        detail: '/bin/launchctl is not there: launchd is part of macOS',
        fix: 'elsewhere start the agent by hand, with "spillwatch run"',
      };
    case 'hung':
      return {
        detail: 'launchctl did not end in time and was killed',
        fix: 'try again; when it hangs again, restart the Mac',
      };
    case 'not-loaded':
      return {
        detail: `${said}: launchd does not have the service`,
        fix: 'sudo spillwatch service start',
      };
    case 'under-way':
      return {
        detail: `${said}: the service is being started or stopped by something else`,
        fix: 'wait half a minute and try again',
      };
    case 'input-output':
      return {
        detail: `${said}: launchd does not say why`,
        fix: 'look in its log: log show --last 5m --predicate \'process == "launchd"\' | grep spillwatch',
      };
    case 'disabled':
      return {
        detail: `${said}: the service is disabled`,
        fix: 'sudo launchctl enable system/org.spillwatch.agent; when it comes back, look in System Settings, Login Items, or for the MDM that disables it',
      };
    case 'not-permitted':
      return {
        detail: `${said}: not allowed`,
        fix: 'run it as root, with sudo; under an MDM ask whoever manages this Mac',
      };
    case 'system-protection':
      return {
        detail: `${said}: refused by System Integrity Protection`,
        fix: 'look at who else uses the label org.spillwatch.agent: it belongs to no part of macOS',
      };
    case 'wrong-domain':
      return {
        detail: `${said}: this session cannot reach the domain of the system`,
        fix: 'run it as root, with sudo, outside of a sandbox or a login session of another user',
      };
    case 'unknown':
      return { detail: said, fix: `launchctl error ${code} says what it means` };
  }
}
