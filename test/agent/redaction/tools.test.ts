import { describe, expect, it } from 'vitest';
import { nameOf } from '../../../agent/redaction/programs.ts';
import { Redactor } from '../../../agent/redaction/redactor.ts';
import { loadSecretTables } from '../../../rules/catalogue/redaction-tools.ts';
import { AROUND, COMMANDS, SCRIPTS, SECRET } from '../../support/secret-commands.ts';

const redactor = new Redactor({ kind: 'redact' });

describe('a redactor', () => {
  it.each([...COMMANDS.map((command) => command.split(' ')), ...SCRIPTS])(
    'hides the secret, and nothing else, of %s %s %s',
    (...words) => {
      const expected = words.map((word) => word.replaceAll(SECRET, '[REDACTED]'));
      expect(redactor.redactArguments(words)).toEqual(expected);
    },
  );

  it.each(AROUND)('hides of %s what stands around the secret, too', (command, expected) => {
    expect(redactor.redactArguments(command.split(' ')).join(' ')).toBe(expected);
  });

  it('keeps a keyed placeholder that is the whole user of a URL', () => {
    const hasher = new Redactor({ kind: 'hash', key: new Uint8Array(32).fill(5) });
    const [url = ''] = hasher.redactArguments(['https://a1b2c3d4e5f6g7h8i9j0@h/x']);
    expect(url).toMatch(/^https:\/\/\[REDACTED:[0-9a-f]{12}\]@h\/x$/);
    expect(hasher.redactUrl(url)).toBe(url);
  });

  it('leaves lines of a log as they are that begin with the name of a tool', () => {
    for (const line of ['open files are many', 'http 403 from h', 'user maria logged in', 'PASS a'])
      expect(redactor.redactText(line)).toBe(line);
  });
});

describe('the table of programs', () => {
  it('has no row without which all cases would pass', () => {
    const tables = loadSecretTables();
    const lines = [...COMMANDS, ...AROUND.map(([command]) => command)];
    const commands = [...lines.map((command) => command.split(' ')), ...SCRIPTS];
    const whole = commands.map((words) => redactor.redactArguments(words).join(' '));
    const rows = new Set([...tables.tools.values()].flat());
    const idle = [...rows].filter((row) => {
      const others = new Map(
        [...tables.tools].map(([name, own]) => [name, own.filter((other) => other !== row)]),
      );
      const without = new Redactor({ kind: 'redact' }, { ...tables, tools: others });
      const isOf = (words: readonly string[]): boolean =>
        words.some((word) => word.split(/[\s/]+/).some((part) => row.names.includes(nameOf(part))));
      return commands.every(
        (words, at) => !isOf(words) || without.redactArguments(words).join(' ') === whole[at],
      );
    });
    expect(idle.map(({ name }) => name)).toEqual([]);
  });
});
