import type { Program } from './story.ts';

const APPLE = { teamId: null, platform: true };
const BREW = '/usr/local/opt';

/** More programs as they look on a Mac: database tools, sync clients, browsers, upload and file tools. */
export const MAC_PROGRAMS = {
  mysqldump: {
    path: `${BREW}/mysql-client@8.4/bin/mysqldump`,
    signingId: 'mysqldump-5555494486b0',
  },
  mariadb: { path: `${BREW}/mariadb/bin/mariadb`, signingId: 'mariadb' },
  pgDumpall: { path: '/Library/PostgreSQL/16/bin/pg_dumpall', signingId: 'pg_dumpall' },
  pgDump: {
    path: '/Applications/Postgres.app/Contents/Versions/17/bin/pg_dump',
    signingId: 'pg_dump',
  },
  mongoexport: { path: `${BREW}/mongodb-database-tools/bin/mongoexport`, signingId: 'a.out' },
  sqlcmd: { path: '/opt/homebrew/bin/sqlcmd', signingId: 'a.out' },
  sqlplus: { path: '/opt/oracle/instantclient_23_3/sqlplus' },
  mongosh: { path: '/opt/homebrew/bin/mongosh', signingId: 'mongosh' },
  tablePlus: {
    path: '/Applications/TablePlus.app/Contents/MacOS/TablePlus',
    signingId: 'com.tinyapp.TablePlus',
    teamId: '3X57WP8E8V',
  },
  beekeeper: {
    path: '/Applications/Beekeeper Studio.app/Contents/MacOS/Beekeeper Studio',
    signingId: 'io.beekeeperstudio.desktop',
    teamId: '7KK583U8H2',
  },
  beekeeperHelper: {
    path: '/Applications/Beekeeper Studio.app/Contents/Frameworks/Beekeeper Studio Helper (Renderer).app/Contents/MacOS/Beekeeper Studio Helper (Renderer)',
    signingId: 'io.beekeeperstudio.desktop.helper',
    teamId: '7KK583U8H2',
  },
  pgAdmin: {
    path: '/Applications/pgAdmin 4.app/Contents/MacOS/pgAdmin 4',
    signingId: 'org.pgadmin.pgadmin4',
    teamId: 'TCHGL2R7C5',
  },
  workbench: {
    path: '/Applications/MySQLWorkbench.app/Contents/MacOS/MySQLWorkbench',
    signingId: 'com.oracle.workbench.MySQLWorkbench',
    teamId: 'VB5E2TV963',
  },
  oneDrive: {
    path: '/Applications/OneDrive.app/Contents/MacOS/OneDrive',
    signingId: 'com.microsoft.OneDrive',
    teamId: 'UBF8T346G9',
  },
  oneDriveExtension: {
    path: '/Applications/OneDrive.app/Contents/PlugIns/OneDrive File Provider.appex/Contents/MacOS/OneDrive File Provider',
    signingId: 'com.microsoft.OneDrive.FileProvider',
    teamId: 'UBF8T346G9',
  },
  googleDrive: {
    path: '/Applications/Google Drive.app/Contents/MacOS/Google Drive',
    signingId: 'com.google.drivefs',
    teamId: 'EQHXZ8M8AV',
  },
  bird: {
    path: '/System/Library/PrivateFrameworks/CloudDocsDaemon.framework/Versions/A/Support/bird',
    signingId: 'com.apple.bird',
    ...APPLE,
  },
  safari: {
    path: '/System/Cryptexes/App/System/Applications/Safari.app/Contents/MacOS/Safari',
    signingId: 'com.apple.Safari',
    ...APPLE,
    isApp: true,
  },
  webKitNetworking: {
    path: '/System/Library/Frameworks/WebKit.framework/Versions/A/XPCServices/com.apple.WebKit.Networking.xpc/Contents/MacOS/com.apple.WebKit.Networking',
    signingId: 'com.apple.WebKit.Networking',
    ...APPLE,
  },
  firefox: {
    path: '/Applications/Firefox.app/Contents/MacOS/firefox',
    signingId: 'org.mozilla.firefox',
    teamId: '43AQ936H96',
    isApp: true,
  },
  firefoxNetwork: {
    path: '/Applications/Firefox.app/Contents/MacOS/plugin-container.app/Contents/MacOS/plugin-container',
    signingId: 'org.mozilla.plugincontainer',
    teamId: '43AQ936H96',
  },
  excel: {
    path: '/Applications/Microsoft Excel.app/Contents/MacOS/Microsoft Excel',
    signingId: 'com.microsoft.Excel',
    teamId: 'UBF8T346G9',
    isApp: true,
  },
  mail: {
    path: '/Applications/Thunderbird.app/Contents/MacOS/thunderbird',
    signingId: 'org.mozilla.thunderbird',
    teamId: '43AQ936H96',
    isApp: true,
  },
  /** A program of no catalogue. */
  script: { path: '/usr/local/bin/month-end', signingId: 'month-end' },
  bash: { path: '/bin/bash', signingId: 'com.apple.bash', ...APPLE },
  sudo: { path: '/usr/bin/sudo', signingId: 'com.apple.sudo', ...APPLE },
  tee: { path: '/usr/bin/tee', signingId: 'com.apple.tee', ...APPLE },
  ditto: { path: '/usr/bin/ditto', signingId: 'com.apple.ditto', ...APPLE },
  rsync: { path: '/usr/bin/rsync', signingId: 'com.apple.rsync', ...APPLE },
  install: { path: '/usr/bin/install', signingId: 'com.apple.install', ...APPLE },
  openssl: { path: '/usr/bin/openssl', signingId: 'com.apple.openssl', ...APPLE },
  ln: { path: '/bin/ln', signingId: 'com.apple.ln', ...APPLE },
  archiveUtility: {
    path: '/System/Library/CoreServices/Applications/Archive Utility.app/Contents/MacOS/Archive Utility',
    signingId: 'com.apple.archiveutility',
    ...APPLE,
    isApp: true,
  },
  gsutil: { path: '/usr/local/bin/gsutil' },
  azcopy: { path: '/usr/local/bin/azcopy', signingId: 'a.out' },
  s5cmd: { path: '/usr/local/bin/s5cmd', signingId: 'a.out' },
  b2: { path: '/opt/homebrew/bin/b2' },
} as const satisfies Record<string, Program>;
