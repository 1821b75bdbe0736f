/** Something that is wrong with a package. */
export interface Fault {
  /** Part of the package, and within it the file: `payload Library/x`. */
  readonly where: string;
  /** What is wrong, in a few words. */
  readonly what: string;
}

/** A part that cannot be read at all: not of its format, too long, or in a format that this program does not know. */
export class FormatError extends Error {
  readonly code = 'FORMAT';
}

/** What `read` gives, or `null` and a fault when the part is not of its format. */
export function attempt<T>(where: string, faults: Fault[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    return unreadable(where, faults, error);
  }
}

/** As `attempt`, for what takes its time. */
export async function attemptLong<T>(
  where: string,
  faults: Fault[],
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    return unreadable(where, faults, error);
  }
}

function unreadable(where: string, faults: Fault[], error: unknown): null {
  if (!(error instanceof FormatError)) throw error;
  faults.push({ where, what: error.message });
  return null;
}
