/** The tones can be read: 4.5 to 1 at least, on the page and on their own tint, in both themes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { batchStates, handOvers } from '../../core/batch.ts';
import { outcomes, requestStates } from '../../core/request.ts';
import { root } from '../../scripts/run.ts';
import { batchTones, handOverTones, outcomeTones, requestTones, tones } from '../../web/src/lib/tones.ts';

const css = readFileSync(join(root, 'web/src/theme.css'), 'utf8');

type Rgb = readonly [number, number, number];

function readHex(text: string): Rgb {
  const [, hex = ''] = /#([0-9a-f]{6})/i.exec(text) ?? [];
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

/** Colours of a theme by their names: of the theme itself, and of its tones. */
function coloursOf(theme: 'light' | 'dark'): Map<string, Rgb> {
  const [, base = ''] = new RegExp(`name: "${theme}";([^}]*)}`).exec(css) ?? [];
  const [, own = ''] = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)}`).exec(css) ?? [];
  return new Map(
    [...`${base}${own}`.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name = '', hex = '']) => [
      name,
      readHex(hex),
    ]),
  );
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const mix = (a: Rgb, b: Rgb, share: number) =>
  a.map((value, at) => Math.round(value * share + (b[at] ?? 0) * (1 - share))) as unknown as Rgb;

test.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const colours = coloursOf(theme);
  const ground = colours.get('color-base-100') as Rgb;
  for (const tone of tones) {
    const text = colours.get(`tone-${tone}`) as Rgb;
    const behind = { page: ground, tint: mix(text, ground, 0.11), row: colours.get('color-base-200') as Rgb };
    for (const [name, colour] of Object.entries(behind)) {
      expect(contrast(text, colour), `${tone} on ${name}`).toBeGreaterThanOrEqual(4.5);
    }
  }
  expect(contrast(colours.get('muted') as Rgb, colours.get('color-base-200') as Rgb)).toBeGreaterThanOrEqual(
    4.5,
  );
});

test('every state, outcome and end of a hand-over has one of the six', () => {
  expect(Object.keys(batchTones).toSorted()).toEqual([...batchStates].toSorted());
  expect(Object.keys(requestTones).toSorted()).toEqual([...requestStates].toSorted());
  expect(Object.keys(outcomeTones).toSorted()).toEqual([...outcomes].toSorted());
  expect(Object.keys(handOverTones).toSorted()).toEqual([...handOvers].toSorted());
});
