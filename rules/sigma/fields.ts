import type { DataMovement } from '../observation.ts';

/** A single value of a field. `null` is a field that is present without a value. */
export type FieldScalar = string | number | boolean | null;

/** A value as rules see it; a list matches when any of its elements does. */
export type FieldValue = FieldScalar | readonly FieldScalar[];

/** One observation as rules see it. A `Map` is one; no name from a rule ever indexes a plain object. */
export interface Fields {
  /** Returns the field of exactly this name, `undefined` when the observation does not have it. */
  readonly get: (name: string) => FieldValue | undefined;
  /** Every value of the observation: what keyword lists search. */
  readonly values: () => Iterable<FieldValue>;
}

/** Sigma's name for a kind of observation; `null` where the observation has no such part. */
export interface LogSource {
  readonly product: string | null;
  readonly category: string | null;
  readonly service: string | null;
}

/** The log source of a step of a chain. */
export const DATA_MOVEMENT: LogSource = {
  product: 'macos',
  category: 'data_movement',
  service: null,
};

/** Returns a step of a chain under its Sigma names. A fact that is `null` is an absent field. */
export function movementFields(movement: DataMovement): Fields {
  const facts: readonly (readonly [string, FieldValue])[] = [
    ['Stage', movement.stage],
    ['Link', movement.link],
    ['Evidence', movement.evidence],
    ['Service', movement.service],
    ['ServiceTier', movement.serviceTier],
    ['Destination', movement.destination],
    ['Sanctioned', movement.sanctioned],
    ['UserRole', movement.userRole],
    ['UserRoleSource', movement.userRoleSource],
    ['UserPrivilegeLevel', movement.userPrivilegeLevel],
    ['UserId', movement.userId],
    ['User', movement.user],
    ['DatabaseTool', movement.databaseTool],
    ['DatabaseToolKind', movement.databaseToolKind],
    ['Coverage', movement.coverage],
    ['Files', movement.files],
  ];
  return new Map(facts.filter(([, value]) => value !== null));
}
