/** What Node and OpenSSL let whoever starts a program change: code to load, certificates to trust, files to write. */
const STEERING = /^(?:NODE_|OPENSSL_)/;

/**
 * What may be said by the environment: who typed the command, what the terminal is like, the way to receivers, and what launchd
 * gives its jobs. The rest would be passed on to programs that run as root, or choose folders for temporary files (TMPDIR).
 */
const KEPT =
  /^(?:HOME|USER|LOGNAME|SHELL|SUDO_(?:UID|GID|USER)|TERM|COLORTERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|(?:HTTPS?|NO)_PROXY|(?:https?|no)_proxy|XPC_\w+|__CF_USER_TEXT_ENCODING|SPILLWATCH_DEBUG)$/;

/** Where programs are found that a library calls by name. sudo of macOS leaves PATH as it is in the shell of whoever typed it. */
export const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

export interface CleanEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** The runtime has read some of what is left out, so it must start once more. */
  readonly mustRestart: boolean;
}

/** The environment that the agent runs under. */
export function cleanEnvironment(given: Readonly<NodeJS.ProcessEnv>): CleanEnvironment {
  const variables: Record<string, string> = { PATH: SYSTEM_PATH };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && KEPT.test(name)) variables[name] = value;
  return { variables, mustRestart: Object.keys(given).some((name) => STEERING.test(name)) };
}
