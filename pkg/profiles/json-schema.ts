/** The part of JSON Schema that the form of Jamf Pro is made of (Jamf: JSON Schema Manifest Structure). */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  /** Place in the form, from 1. */
  readonly property_order?: number;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** `infoText` is shown behind an icon. */
  readonly options?: { readonly infoText: string };
}

/**
 * A value that may be left out. Jamf's form fills in every property that it shows, so each has the choice to be none, which keeps
 * it out of the profile (the form of the macOS Security Compliance Project is made so).
 */
export function optional(
  words: Pick<JsonSchema, 'title' | 'description' | 'property_order' | 'options'>,
  ...choices: readonly JsonSchema[]
): JsonSchema {
  return {
    ...words,
    anyOf: [{ type: 'null', title: 'Not Configured' }, ...choices.map(asChoice)],
  };
}

function asChoice(schema: JsonSchema): JsonSchema {
  return { title: 'Configured', ...schema };
}

/** A key as a title: `exportMinutes` is Export minutes. */
export function titleOf(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
