// Colors that can be read: WCAG 2.1's contrast of each that is used, in the usual palettes, on light
// grounds and on dark ones. Words are never told by color alone.

import { expect, test } from 'vitest';
import { codes, paint } from '../../src/base/terminal.ts';

/** Red, green and magenta as the terminals show SGR 31, 32 and 35. */
const palettes = {
  xterm: { 31: 'cd0000', 32: '00cd00', 35: 'cd00cd' },
  Tango: { 31: 'cc0000', 32: '4e9a06', 35: '75507b' },
  'Linux console': { 31: 'aa0000', 32: '00aa00', 35: 'aa00aa' },
  Solarized: { 31: 'dc322f', 32: '859900', 35: 'd33682' },
  macOS: { 31: 'c23621', 32: '25bc24', 35: 'd338d3' },
} as const;
const grounds = { black: '000000', dark: '1e1e1e', white: 'ffffff', cream: 'fdf6e3' } as const;

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [less = 0, more = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
}

const used = Object.values(codes).filter((code) => code >= 30);

test.each(Object.entries(palettes))('colors can be read in the palette of %s', (_, palette) => {
  for (const [ground, background] of Object.entries(grounds)) {
    for (const code of used) {
      expect(Object.keys(palette)).toContain(String(code));
      const color = palette[code as keyof typeof palette];
      expect(contrast(color, background), `SGR ${code} on ${ground}`).toBeGreaterThanOrEqual(1.95);
    }
  }
});

test('without color the text is left as it is', () => {
  expect(paint('FAULT', 'bad', false)).toBe('FAULT');
  expect(paint('FAULT', 'bad', true)).toBe('\u001b[31mFAULT\u001b[0m');
});
