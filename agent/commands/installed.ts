/** Where the installed agent keeps its things (macos-deployment: names and paths). */
export const INSTALLED = {
  state: '/Library/Application Support/Spillwatch/db',
  config: '/Library/Application Support/Spillwatch/config.json',
} as const;
