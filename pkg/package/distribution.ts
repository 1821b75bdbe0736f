import type { AppleArchitecture } from '../product.ts';
import { xml } from './xml.ts';

/**
 * `Distribution` of the product: what the installer asks before it begins. `hostArchitectures` must be there, or Macs with
 * Apple silicon ask for Rosetta and MDM installs fail in silence. `component` is the reference to the component: `#x.pkg`
 * inside of a product, a file name for productbuild.
 */
export function distribution({
  name,
  identifier,
  version,
  architecture,
  minimumSystem,
  installKilobytes,
  component,
}: {
  readonly name: string;
  readonly identifier: string;
  readonly version: string;
  readonly architecture: AppleArchitecture;
  readonly minimumSystem: string;
  readonly installKilobytes: number;
  readonly component: string;
}): string {
  const id = xml(identifier);
  return `<?xml version="1.0" encoding="utf-8"?>
<installer-gui-script minSpecVersion="2">
  <title>${xml(name)}</title>
  <domains enable_anywhere="false" enable_currentUserHome="false" enable_localSystem="true"/>
  <options customize="never" require-scripts="false" hostArchitectures="${architecture}"/>
  <volume-check>
    <allowed-os-versions>
      <os-version min="${xml(minimumSystem)}"/>
    </allowed-os-versions>
  </volume-check>
  <product id="${id}" version="${xml(version)}"/>
  <choices-outline>
    <line choice="default">
      <line choice="${id}"/>
    </line>
  </choices-outline>
  <choice id="default"/>
  <choice id="${id}" visible="false">
    <pkg-ref id="${id}"/>
  </choice>
  <pkg-ref id="${id}" version="${xml(version)}" onConclusion="none" installKBytes="${installKilobytes}" updateKBytes="0">${xml(component)}</pkg-ref>
</installer-gui-script>
`;
}
