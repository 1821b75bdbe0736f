/** Where the installed agent keeps its things (macos-deployment: names and paths). */
export const INSTALLED = {
  state: '/Library/Application Support/Spillwatch/db',
  config: '/Library/Application Support/Spillwatch/config.json',
  /** What device management sets; macOS writes it, nobody else. */
  managed: '/Library/Managed Preferences/org.spillwatch.agent.plist',
} as const;
