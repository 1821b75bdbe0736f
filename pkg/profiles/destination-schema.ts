/**
 * The keys of each type of destination as a schema. They are learnt from the readers themselves: each runs over settings that
 * note what is asked for, so there is no second list of keys and bounds.
 */
import { MAX_DESTINATIONS, readDestination } from '../../agent/deliver/destination.ts';
import { Settings } from '../../agent/deliver/settings.ts';
import { TRANSPORT_TYPES } from '../../agent/deliver/transports/table.ts';
import { type JsonSchema, optional, titleOf } from './json-schema.ts';

/** The list `deliver`. */
export function destinationsSchema(): JsonSchema {
  return {
    type: 'array',
    maxItems: MAX_DESTINATIONS,
    items: { title: 'Destination', anyOf: [...TRANSPORT_TYPES.keys()].map(typeSchema) },
    default: [],
  };
}

function typeSchema(type: string): JsonSchema {
  const known = TRANSPORT_TYPES.get(type);
  if (known === undefined) throw new Error(`${type} is no type of destination`);
  const settings = new NotedSettings();
  readDestination(settings, type, known);
  return {
    ...settings.schema({ type: { title: 'Type', type: 'string', enum: [type], default: type } }),
    title: type,
  };
}

interface Noted {
  readonly schema: JsonSchema | NotedSettings;
  readonly isRequired: boolean;
  /** A word that may stand instead. */
  readonly word: string | null;
}

/** Settings of nobody: every key is said to be there, and its reader gets what does no harm. */
class NotedSettings extends Settings {
  readonly #keys = new Map<string, Noted>();
  /** Keys that a reader asked for before it read them, so they may be left out. */
  readonly #asked = new Set<string>();

  constructor() {
    super({});
  }

  schema(first: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
    const properties = Object.entries(first);
    const required = Object.keys(first);
    for (const [name, noted] of this.#keys) {
      if (noted.isRequired) required.push(name);
      properties.push([name, propertyOf(name, noted)]);
    }
    return {
      type: 'object',
      properties: Object.fromEntries(
        properties.map(([name, schema], index) => [name, { ...schema, property_order: index + 1 }]),
      ),
      required,
      additionalProperties: false,
    };
  }

  override has(key: string): boolean {
    this.#asked.add(key);
    return true;
  }

  override text(key: string): string {
    this.#note(key, { type: 'string', minLength: 1 }, !this.#asked.has(key));
    return '';
  }

  override optionalText(key: string): string | null {
    this.#note(key, { type: 'string', minLength: 1 });
    return null;
  }

  override texts(key: string): readonly string[] {
    this.#note(key, { type: 'array', items: { title: 'Item', type: 'string', minLength: 1 } });
    return [];
  }

  override textMap(key: string): ReadonlyMap<string, string> {
    this.#note(key, { type: 'object', additionalProperties: { type: 'string' } });
    return new Map();
  }

  override oneOf<T extends string>(key: string, words: readonly T[], fallback: T): T {
    this.#note(key, { type: 'string', enum: words, default: fallback });
    return fallback;
  }

  override number(key: string, min: number, max: number, fallback: number): number {
    this.#note(key, { type: 'integer', minimum: min, maximum: max, default: fallback });
    return fallback;
  }

  override yesOrNo(key: string, fallback: boolean): boolean {
    this.#note(key, { type: 'boolean', default: fallback });
    return fallback;
  }

  override optionalPath(key: string): string | null {
    this.#note(key, { type: 'string', pattern: '^/' });
    return null;
  }

  override path(key: string): string {
    this.#note(key, { type: 'string', pattern: '^/' }, true);
    return '/';
  }

  override group(key: string): Settings {
    const group = new NotedSettings();
    this.#note(key, group);
    return group;
  }

  override groupOrWord<T extends string>(key: string, word: T): Settings | T | null {
    const group = new NotedSettings();
    this.#note(key, group, false, word);
    return group;
  }

  #note(
    key: string,
    schema: JsonSchema | NotedSettings,
    isRequired = false,
    word: string | null = null,
  ): void {
    this.#keys.set(key, { schema, isRequired, word });
  }
}

function propertyOf(name: string, { schema, isRequired, word }: Noted): JsonSchema {
  const words = { title: titleOf(name) };
  const own = schema instanceof NotedSettings ? schema.schema() : schema;
  if (isRequired) return { ...words, ...own };
  const choices =
    word === null ? [own] : [own, { title: word, type: 'string', enum: [word] } as const];
  return optional(words, ...choices);
}
