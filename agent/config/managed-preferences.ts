import { isRecord } from './value-checks.ts';

/** Keys that device management adds to a payload of its own type; they are no preferences (Apple: common payload keys). */
const PAYLOAD_KEY = /^Payload[A-Z]/;

/** The preferences in a managed document: what the profile says of itself is left out. */
export function managedPreferences(document: unknown): unknown {
  if (!isRecord(document)) return document;
  return Object.fromEntries(Object.entries(document).filter(([name]) => !PAYLOAD_KEY.test(name)));
}
