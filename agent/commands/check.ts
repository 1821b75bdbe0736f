/** One line of `doctor`. */
export interface Check {
  readonly name: string;
  readonly result: 'pass' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do; `null` when there is nothing to do. */
  readonly fix: string | null;
}

export function pass(name: string, detail: string): Check {
  return { name, result: 'pass', detail, fix: null };
}

export function warn(name: string, detail: string, fix: string | null): Check {
  return { name, result: 'warn', detail, fix };
}

export function fail(name: string, detail: string, fix: string | null): Check {
  return { name, result: 'fail', detail, fix };
}
