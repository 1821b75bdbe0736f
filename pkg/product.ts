/** Names of the installed product: they are written into the package and never change, receipts and grants hang on them. */
export const PRODUCT = {
  name: 'Spillwatch',
  /** Bundle, package and launchd job have one name (macos-deployment: names and paths). */
  identifier: 'org.spillwatch.agent',
  /** File name of the executable and of the command. */
  command: 'spillwatch',
  /** What Node 26 asks for. */
  minimumSystem: '13.5',
} as const;

/** Processors a package can be for, in the words of Node and npm. */
export const PROCESSORS = ['arm64', 'x64'] as const;

export type Processor = (typeof PROCESSORS)[number];

/** Apple's word for a processor: in `hostArchitectures`, in Mach-O tools, in the file name of the package. */
export function appleName(processor: Processor): AppleArchitecture {
  return processor === 'x64' ? 'x86_64' : processor;
}

export type AppleArchitecture = 'arm64' | 'x86_64';
