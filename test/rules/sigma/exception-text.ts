/** Returns a different UUID for each digit. */
export function idOf(digit: string): string {
  return `${digit.repeat(8)}-0000-4000-8000-000000000000`;
}

interface Parts {
  readonly id?: string;
  readonly title?: string;
  readonly logsource?: string;
  readonly rules?: string;
  readonly selections?: readonly string[];
  readonly condition?: string;
  readonly spillwatch?: string;
}

/** Returns an exception for every row that keeps the user `backup` silent, changed by `parts`. */
export function exceptionText(parts: Parts = {}): string {
  return [
    `title: ${parts.title ?? 'Backups'}`,
    `id: ${parts.id ?? idOf('e')}`,
    `logsource: ${parts.logsource ?? '{product: macos, category: data_movement}'}`,
    'filter:',
    `  rules: ${parts.rules ?? 'any'}`,
    ...(parts.selections ?? ['selection: {User: backup}']).map((line) => `  ${line}`),
    `  condition: ${parts.condition ?? 'not selection'}`,
    `spillwatch: ${parts.spillwatch ?? '{owner: ops, reason: nightly, ticket: OPS-1, expires: 2026-12-31}'}`,
    '',
  ].join('\n');
}

/** Returns a row for the stage `tool` unless another detection is given. */
export function rowText(digit: string, detection = 's: {Stage: tool}', level = 'low'): string {
  return [
    `title: Row ${digit}`,
    `id: ${idOf(digit)}`,
    'logsource: {product: macos, category: data_movement}',
    'detection:',
    `  ${detection}`,
    '  condition: s',
    `level: ${level}`,
    'spillwatch: {row: {confidence: low}}',
    '',
  ].join('\n');
}
