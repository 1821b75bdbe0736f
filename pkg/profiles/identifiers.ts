/** Everything that other systems must know by name, as data for scripts and as a page for people. */
import { dirname } from 'node:path';
import { INSTALLED } from '../../agent/commands/installed.ts';
import { isRecord } from '../../agent/config/value-checks.ts';
import { PUBLIC_AUTHORITY } from '../../agent/deliver/transports/sentinel.ts';
import { PRODUCT } from '../product.ts';
import { BUNDLE, EXECUTABLE, ROOTS } from '../staging/agent-root.ts';
import { codeRequirement, ESLOGGER } from './identity.ts';
import { profileIdentifier, profileUuid } from './profile.ts';

export interface Identifiers {
  readonly product: string;
  readonly bundleIdentifier: string;
  readonly packageIdentifier: string;
  readonly launchdLabel: string;
  readonly preferenceDomain: string;
  readonly teamIdentifier: string;
  readonly codeRequirement: string;
  readonly minimumSystem: string;
  readonly sensor: { readonly path: string; readonly codeRequirement: string };
  /** Absolute, by what they are. */
  readonly paths: Readonly<Record<string, string>>;
  readonly profiles: readonly {
    readonly file: string;
    readonly identifier: string;
    readonly uuid: string;
  }[];
  /** Nobody connects to the agent; these are what it connects to, as `host:port`. */
  readonly connectsTo: readonly string[];
  /** Files and folders that the package and the agent own. */
  readonly ownedPaths: readonly string[];
}

/** `settings` are those that are pushed: they say which receivers must be reachable. */
export function identifiersOf(
  team: string,
  settings: Readonly<Record<string, unknown>>,
  profileNames: readonly string[],
): Identifiers {
  const { identifier, command } = PRODUCT;
  const logs = dirname(INSTALLED.log);
  return {
    product: PRODUCT.name,
    bundleIdentifier: identifier,
    packageIdentifier: identifier,
    launchdLabel: identifier,
    preferenceDomain: identifier,
    teamIdentifier: team,
    codeRequirement: codeRequirement(identifier, team),
    minimumSystem: PRODUCT.minimumSystem,
    sensor: { path: ESLOGGER.path, codeRequirement: ESLOGGER.requirement },
    paths: {
      bundle: `/${BUNDLE}`,
      executable: `/${EXECUTABLE}`,
      command: `/usr/local/bin/${command}`,
      launchDaemon: INSTALLED.jobFile,
      logRotation: `/private/etc/newsyslog.d/${identifier}.conf`,
      state: INSTALLED.state,
      configuration: INSTALLED.config,
      managedPreferences: INSTALLED.managed,
      logs,
    },
    profiles: profileNames.map((name) => ({
      file: profileFile(name),
      identifier: profileIdentifier(name),
      uuid: profileUuid(profileIdentifier(name)),
    })),
    connectsTo: receiversOf(settings),
    ownedPaths: [...ROOTS.map((path) => `/${path}`), `/usr/local/bin/${command}`, logs],
  };
}

/** Name of the file of a profile. */
export function profileFile(name: string): string {
  return `${PRODUCT.command}-${name}.mobileconfig`;
}

/** Where the destinations are, and the proxies before them, each once. */
function receiversOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const list = settings['deliver'];
  const destinations: readonly unknown[] = Array.isArray(list) ? list : [];
  return [...new Set(destinations.filter(isRecord).flatMap(placesOf))].toSorted();
}

/** Port of syslog over TLS (RFC 5425). */
const SYSLOG_PORT = 6514;

function placesOf(destination: Readonly<Record<string, unknown>>): readonly string[] {
  const { type, host, port, proxy, url, endpoint, authority } = destination;
  const urls = [
    url,
    endpoint,
    type === 'sentinel' ? (authority ?? PUBLIC_AUTHORITY) : undefined,
    isRecord(proxy) ? proxy['url'] : undefined,
  ];
  return [
    ...(typeof host === 'string'
      ? [`${host}:${typeof port === 'number' ? port : SYSLOG_PORT}`]
      : []),
    ...urls.flatMap((text) => (typeof text === 'string' ? placeOf(text) : [])),
  ];
}

function placeOf(text: string): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [];
  return [
    `${url.hostname}:${url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port}`,
  ];
}

/** For scripts. */
export function identifiersJson(identifiers: Identifiers): string {
  return `${JSON.stringify(identifiers, null, 2)}\n`;
}

/** For people. */
export function identifiersPage(of: Identifiers): string {
  const { paths, connectsTo } = of;
  return `# Identifiers of ${of.product}

| what | value |
| --- | --- |
| product | ${of.product} |
| bundle identifier | \`${of.bundleIdentifier}\` |
| package identifier (receipt) | \`${of.packageIdentifier}\` |
| launchd label | \`${of.launchdLabel}\` |
| preference domain | \`${of.preferenceDomain}\` |
| Team ID | \`${of.teamIdentifier}\` |
| oldest macOS | ${of.minimumSystem} |

Code requirement of the agent:

\`\`\`
${of.codeRequirement}
\`\`\`

Code requirement of the sensor, \`${of.sensor.path}\`, which comes with macOS (check it on a Mac with \`codesign -dr - ${of.sensor.path}\`):

\`\`\`
${of.sensor.codeRequirement}
\`\`\`

## Paths

| what | path |
| --- | --- |
${Object.entries(paths)
  .map(
    ([name, path]) =>
      `| ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} | \`${path}\` |`,
  )
  .join('\n')}

## Profiles

| file | identifier | UUID |
| --- | --- | --- |
${of.profiles.map(({ file, identifier, uuid }) => `| ${file} | \`${identifier}\` | \`${uuid}\` |`).join('\n')}

## Network

Nothing connects to the agent: it listens on a socket in its own folder of state only. It asks the resolver of the Mac for names of
cloud services (\`network.resolver\`), and connects to its destinations${connectsTo.length === 0 ? '; these settings name none.' : ':'}
${connectsTo.map((place) => `\n- \`${place}\``).join('')}
## Other security software

- Allow the executable by its code requirement or its Team ID and bundle identifier, not by its path alone or its hash, which changes
  with every version: \`${paths['executable']}\`.
- Exclude \`${paths['state']}\` from scanning on access: the agent writes its database there all the time.
- It starts \`${of.sensor.path}\` and reads what it prints. Allow that for the agent as parent, not for everybody.
- It starts a short program of its own from time to time (\`canary.minutes\`) that writes and renames a file, to prove that its sensor
  sees it.
`;
}
