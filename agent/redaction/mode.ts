/** How a secret is hidden: by one placeholder for all, by one that only equal secrets share, or with all that is around it. */
export type RedactionMode =
  | { readonly kind: 'redact' }
  | { readonly kind: 'hash'; readonly key: Uint8Array }
  | { readonly kind: 'drop' };

/** Names of the modes, for options and configuration. */
export const REDACTION_MODES = [
  'redact',
  'hash',
  'drop',
] as const satisfies readonly RedactionMode['kind'][];
