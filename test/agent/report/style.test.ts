import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, type Palette, styleOf } from '../../../agent/report/style.ts';
import { SEVERITIES } from '../../../rules/finding.ts';

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe('styleOf', () => {
  it.each([
    ['light', LIGHT],
    ['dark', DARK],
  ] satisfies [string, Palette][])('has inks that read on both grounds, %s', (_, palette) => {
    const { ink, quiet, accents, ground, raised } = palette;
    for (const color of [ink, quiet, ...Object.values(accents)])
      for (const below of [ground, raised])
        expect(contrast(color, below), `${color} on ${below}`).toBeGreaterThanOrEqual(4.5);
  });

  it('has one accent for each severity, none twice', () => {
    for (const { accents } of [LIGHT, DARK])
      expect(new Set(SEVERITIES.map((severity) => accents[severity])).size).toBe(SEVERITIES.length);
  });

  it('loads nothing', () => {
    for (const severity of SEVERITIES)
      expect(styleOf(severity)).not.toMatch(/url\(|@import|https?:/);
  });
});
