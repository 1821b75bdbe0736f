/** The job of launchd and what belongs to it, where the package installs it (macos-deployment: names and paths). */
export const SERVICE = {
  label: 'org.spillwatch.agent',
  /** The property list that launchd reads, and where it comes from among the resources. */
  jobFile: '/Library/LaunchDaemons/org.spillwatch.agent.plist',
  jobResource: 'launchd/org.spillwatch.agent.plist',
  executable: '/Library/Application Support/Spillwatch/Spillwatch.app/Contents/MacOS/spillwatch',
  uninstall: '/Library/Application Support/Spillwatch/Spillwatch.app/Contents/Resources/uninstall',
  log: '/Library/Logs/Spillwatch/agent.log',
} as const;
