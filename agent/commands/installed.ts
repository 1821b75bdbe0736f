/** Where the package installs the agent, and where that keeps its things (macos-deployment: names and paths). */
export const INSTALLED = {
  /** Of the job, in the domain of the system. */
  label: 'org.spillwatch.agent',
  /** The property list that launchd reads, and where it comes from among the resources. */
  jobFile: '/Library/LaunchDaemons/org.spillwatch.agent.plist',
  jobResource: 'launchd/org.spillwatch.agent.plist',
  executable: '/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch',
  uninstall: '/Library/Application Support/Spillwatch/Spillwatch.app/Contents/Resources/uninstall',
  state: '/Library/Application Support/Spillwatch/db',
  config: '/Library/Application Support/Spillwatch/config.json',
  /** What device management sets; macOS writes it, nobody else. */
  managed: '/Library/Managed Preferences/org.spillwatch.agent.plist',
  log: '/Library/Logs/Spillwatch/agent.log',
} as const;
