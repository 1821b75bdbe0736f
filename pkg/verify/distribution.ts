import { childOf, elementsBelow, type XmlElement } from './xml.ts';

/** What a product says of itself; what it does not say is `null` or empty. */
export interface Distribution {
  readonly identifier: string | null;
  readonly version: string | null;
  readonly hostArchitectures: readonly string[];
  readonly minimumSystem: string | null;
  /** References that name a component by its folder in the archive. */
  readonly components: readonly {
    readonly folder: string;
    readonly identifier: string | null;
    readonly version: string | null;
  }[];
}

export function distributionOf(root: XmlElement): Distribution {
  const product = childOf(root, 'product')?.attributes;
  const architectures = childOf(root, 'options')?.attributes.get('hostArchitectures') ?? '';
  const [system] = elementsBelow(root, 'os-version');
  return {
    identifier: product?.get('id') ?? null,
    version: product?.get('version') ?? null,
    hostArchitectures: architectures.split(',').flatMap((name) => name.trim() || []),
    minimumSystem: system?.attributes.get('min') ?? null,
    components: elementsBelow(root, 'pkg-ref')
      .filter(({ text }) => text.trim() !== '')
      .map(({ text, attributes }) => ({
        folder: `${unescaped(text.trim().replace(/^#/, ''))}/`,
        identifier: attributes.get('id') ?? null,
        version: attributes.get('version') ?? null,
      })),
  };
}

/** A reference is a URL: blanks in names are %20. */
function unescaped(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}
