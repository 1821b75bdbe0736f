/** The state folder or the database cannot be used. `message` is one line for a person. */
export class StateError extends Error {
  readonly code = 'STATE_UNUSABLE';
}
