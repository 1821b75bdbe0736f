/**
 * The form of Jamf Pro for the settings (Computers, Configuration Profiles, Application & Custom Settings, External Applications,
 * Custom Schema), made of the table of keys.
 *
 * Two things it cannot say. It asks for whole numbers where the table takes fractions too. And Jamf may show no field for the
 * names of a map (ProfileCreator/ProfileManifests issue 617); where it does not, maps go into the settings profile.
 */
import { KEYS, type Key } from '../../agent/config/keys.ts';
import type { ValueShape } from '../../agent/config/value-checks.ts';
import { PRODUCT } from '../product.ts';
import { destinationsSchema } from './destination-schema.ts';
import { type JsonSchema, optional, titleOf } from './json-schema.ts';

/** The whole form. */
export function jamfSchema(): JsonSchema {
  return {
    title: `${PRODUCT.name} (${PRODUCT.identifier})`,
    description: `Settings of ${PRODUCT.name}. What is not configured keeps the value of the Mac's own file, or the default. Any user of the Mac can read them: secrets go into files of mode 0600, whose paths are named here.`,
    ...group('', KEYS),
  };
}

/** The keys that begin with `prefix`, in the order of the table; those that have a further part become groups. */
function group(prefix: string, keys: readonly Key[]): JsonSchema {
  const names = new Set(keys.map(({ path }) => path.slice(prefix.length).split('.')[0] ?? ''));
  const properties = [...names].map((name, index): [string, JsonSchema] => {
    const path = `${prefix}${name}`;
    const key = keys.find((candidate) => candidate.path === path);
    const inner = keys.filter((candidate) => candidate.path.startsWith(`${path}.`));
    const schema =
      key === undefined
        ? { title: titleOf(name), ...group(`${path}.`, inner) }
        : property(name, key);
    return [name, { ...schema, property_order: index + 1 }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

function property(name: string, { path, text, unit, fallback, allowed, shape }: Key): JsonSchema {
  const unitText = unit === null ? '' : ` Unit: ${unit}.`;
  const words = {
    title: titleOf(name),
    description: `${text.charAt(0).toUpperCase()}${text.slice(1)}.${unitText}`,
    options: { infoText: `${path}: ${allowed}; default ${JSON.stringify(fallback)}` },
  };
  return optional(words, ...schemasOf(shape, fallback));
}

function schemasOf(shape: ValueShape, fallback: unknown): readonly JsonSchema[] {
  switch (shape.kind) {
    case 'number':
      return [{ type: 'integer', minimum: shape.min, maximum: shape.max, default: fallback }];
    case 'truth':
      return [{ type: 'boolean', default: fallback }];
    case 'word':
      return [{ type: 'string', enum: shape.words, default: fallback }];
    case 'list':
      return [destinationsSchema()];
    case 'texts':
      return textsSchemas(shape, fallback);
    case 'map':
      return [{ ...mapSchema(shape), default: fallback }];
  }
}

function textsSchemas(
  { pattern, min, max, word }: Extract<ValueShape, { kind: 'texts' }>,
  fallback: unknown,
): readonly JsonSchema[] {
  const list: JsonSchema = {
    type: 'array',
    items: {
      title: 'Item',
      type: 'string',
      ...(pattern === null ? { minLength: 1 } : { pattern }),
    },
    minItems: min,
    ...(max === null ? {} : { maxItems: max }),
    ...(Array.isArray(fallback) ? { default: fallback } : {}),
  };
  return word === null
    ? [list]
    : [
        { title: word, type: 'string', enum: [word], default: word },
        { ...list, title: 'List' },
      ];
}

function mapSchema({
  names,
  namePattern,
  words,
}: Extract<ValueShape, { kind: 'map' }>): JsonSchema {
  const value: JsonSchema =
    words === null ? { type: 'string', minLength: 1 } : { type: 'string', enum: words };
  if (names !== null)
    return {
      type: 'object',
      properties: Object.fromEntries(
        names.map((name, index) => [
          name,
          { ...optional({ title: titleOf(name) }, value), property_order: index + 1 },
        ]),
      ),
      additionalProperties: false,
    };
  return {
    type: 'object',
    additionalProperties: value,
    ...(namePattern === null ? {} : { propertyNames: { pattern: namePattern } }),
  };
}
