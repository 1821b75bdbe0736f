import type { HealthCode } from './health.ts';

/** What to do about each trouble, for `doctor`. */
export function remedyOf(code: HealthCode): string {
  switch (code) {
    case 'not-permitted':
      return 'grant Full Disk Access to the agent by the PPPC profile (SystemPolicyAllFiles), then start it again';
    case 'not-privileged':
      return 'run the agent as root, by its LaunchDaemon';
    case 'not-entitled':
      return 'use /usr/bin/eslogger as the helper, or one that Apple has entitled';
    case 'too-many-clients':
      return 'stop another Endpoint Security client; macOS allows only a few';
    case 'bad-event-name':
      return 'take the event out of endpointSecurity.events, or update macOS';
    case 'helper-missing':
      return 'correct endpointSecurity.command; on macOS it is /usr/bin/eslogger';
    case 'helper-exited':
    case 'helper-silent':
      return 'run the helper by hand as root and read what it says; check Full Disk Access after an update of macOS';
    case 'unreadable-lines':
      return 'the helper writes another format than it should: compare with a capture, report it with the macOS version';
    case 'root-missing':
      return 'none needed when the user removed the folder; it is watched again when it comes back';
    case 'root-replaced':
    case 'path-redirected':
    case 'root-is-link':
      return 'look at who replaced the folder: watching a link would watch another place, so it is not followed';
    case 'root-unreadable':
      return 'grant Full Disk Access to the agent; check the owner of the folder';
    case 'not-a-file':
      return 'none needed; pipes, sockets and devices are not opened';
    case 'too-many-entries':
      return 'only the top level is watched now; Endpoint Security still sees the rest';
    case 'watch-limit':
      return 'raise the limit of open files (NumberOfFiles in the LaunchDaemon)';
    case 'command-missing':
      return 'the command is not where the system has it: repair the system, or the path in the configuration';
    case 'command-failed':
    case 'command-slow':
      return 'run the command by hand; until it works, samples are missing and flows may go unseen';
    case 'untrusted-row':
      return 'look at that program: its name makes it look like another process';
    case 'sampling-gap':
      return 'none needed when the Mac is busy; samples are taken less often';
    case 'accounts-incomplete':
      return 'check the directory service; roles that cannot be read are unknown';
    case 'collector-ended':
      return 'it is started again; report it with the output of spillwatch status --json';
    case 'collector-restarted':
      return 'none needed when it is rare; see the trouble that ended it';
    case 'queue-full':
      return 'the Mac makes more events than can be judged: look at what floods, narrow endpointSecurity.events';
    case 'canary-missing':
      return 'the agent does not see what happens on this Mac: start with the trouble of endpoint-security';
    case 'disk-full':
      return 'make room on the volume; findings wait in memory until then';
    case 'state-lost':
      return 'look at the disk; the database was moved aside and a new one was begun';
    case 'state-unwritable':
      return 'check owner and mode of the state folder';
    case 'configuration':
      return 'correct the key; until then the last good value is in force';
    case 'reconfigured':
      return 'none needed; chains that were open have a gap of about a second (spillwatch config show)';
    case 'log-cut':
      return 'look at what fills the log; it goes on when the log was rotated (newsyslog)';
    case 'rules':
      return 'mend what the detail names; the other rules are in force (spillwatch rules check)';
    case 'unclean-stop':
      return 'none needed; see the log for why the agent ended';
    case 'stop-cut-short':
      return 'look for a command that hangs; what was not judged shows as a gap after the next start';
    case 'clock-step':
      return 'none needed; windows go by the order of events';
    case 'destination-unreachable':
      return 'check network, proxy and receiver; nothing is lost, findings wait in the outbox (spillwatch deliver test)';
    case 'destination-misconfigured':
      return 'mend what the detail names, in the configuration or at the receiver (spillwatch deliver test)';
    case 'dead-letters':
      return 'read why with "spillwatch outbox list"; then "spillwatch outbox retry" or "drop"';
    case 'outbox-dropped':
      return 'make the destination work, or raise outbox.maxRows, outbox.maxMegabytes or outbox.days';
    case 'finding-flood':
      return 'look at the findings on the Mac (spillwatch findings list); write an exception for what is wanted';
    case 'loop-blocked':
      return 'report it with the output of spillwatch status --json';
  }
}
