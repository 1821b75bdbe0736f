import type { Format } from '../transport.ts';

/** To be replaced. */
export function shrink(_body: string, _format: Format): string | null {
  return null;
}
