import { xml } from '../package/xml.ts';
import { PRODUCT } from '../product.ts';

/**
 * `Contents/Info.plist` of the bundle. It has no icon in the Dock and no window; the name is what Login Items and the panes of
 * Privacy & Security show. `version` is MAJOR.MINOR.PATCH.
 */
export function infoPlist(version: string): string {
  const pairs = [
    key('CFBundleIdentifier', text(PRODUCT.identifier)),
    key('CFBundleName', text(PRODUCT.name)),
    key('CFBundleDisplayName', text(PRODUCT.name)),
    key('CFBundleExecutable', text(PRODUCT.command)),
    key('CFBundlePackageType', text('APPL')),
    key('CFBundleInfoDictionaryVersion', text('6.0')),
    key('CFBundleShortVersionString', text(version)),
    key('CFBundleVersion', text(version)),
    key('CFBundleSupportedPlatforms', '<array><string>MacOSX</string></array>'),
    key('LSMinimumSystemVersion', text(PRODUCT.minimumSystem)),
    key('LSBackgroundOnly', '<true/>'),
    key('LSUIElement', '<true/>'),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
${pairs.join('\n')}
</dict>
</plist>
`;
}

function key(name: string, value: string): string {
  return `  <key>${name}</key>\n  ${value}`;
}

function text(value: string): string {
  return `<string>${xml(value)}</string>`;
}
