import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CapRules, capOf, fallbackTokens, isFirm, nothingLearned } from './caps.ts';
import { tierCap, tiers, tierTable } from './tiers.ts';

const rules = (over: Partial<CapRules> = {}): CapRules => ({ overrides: {}, tier: null, ...over });

describe('the cap of a family', () => {
  test('is assumed where nothing is known', () => {
    expect(capOf('gpt-9', rules(), nothingLearned)).toEqual({
      tokens: fallbackTokens,
      source: 'assumed',
      usable: fallbackTokens,
    });
    expect(capOf('gpt-9', rules({ tier: '4' }), nothingLearned).source).toBe('assumed');
    expect(capOf('gpt-4o', rules(), nothingLearned).source).toBe('assumed');
  });

  test('comes from the tier table when the tier is known', () => {
    expect(capOf('gpt-4o', rules({ tier: '1' }), nothingLearned)).toMatchObject({
      tokens: 90_000,
      source: 'tier',
    });
    expect(capOf('gpt-4o-mini', rules({ tier: '1' }), nothingLearned).tokens).toBe(2_000_000);
  });

  test('is what OpenAI has stated before the table', () => {
    const learned = { ...nothingLearned, statedTokens: 70_000 };
    expect(capOf('gpt-4o', rules({ tier: '1' }), learned)).toMatchObject({
      tokens: 70_000,
      source: 'stated',
    });
  });

  test('is what an operator has set before everything, by the longest prefix', () => {
    const overrides = { 'gpt-4': 1, 'gpt-4o': 2, 'GPT-4o-m': 3, o3: 4 };
    const learned = { ...nothingLearned, statedTokens: 70_000 };
    const of = (family: string) => capOf(family, rules({ overrides, tier: '1' }), learned);
    expect(of('gpt-4o-mini')).toMatchObject({ tokens: 3, source: 'operator' });
    expect(of('gpt-4o')).toMatchObject({ tokens: 2, source: 'operator' });
    expect(of('gpt-4.1')).toMatchObject({ tokens: 1, source: 'operator' });
    expect(of('gpt-5')).toMatchObject({ tokens: 70_000, source: 'stated' });
  });

  test('is firm when it is somebody’s word', () => {
    expect((['operator', 'stated', 'tier', 'assumed'] as const).map(isFirm)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('leaves a twentieth free for each margin step, and is never zero', () => {
    const cap = capOf('x', rules({ overrides: { x: 1_000 } }), { ...nothingLearned, marginSteps: 3 });
    expect(cap).toEqual({ tokens: 1_000, source: 'operator', usable: 850 });
    expect(capOf('x', rules(), { ...nothingLearned, assumedPermille: 0 }).usable).toBe(1);
  });
});

describe('the tier table', () => {
  test('stands for a name and what follows it after a dash, the longest first', () => {
    expect(tierCap('gpt-5', '1')).toBe(1_500_000);
    expect(tierCap('gpt-5-mini', '1')).toBe(5_000_000);
    expect(tierCap('gpt-5-chat-latest', '1')).toBe(1_500_000);
    expect(tierCap('gpt-5.9', '1')).toBeNull();
    expect(tierCap('gpt-50', '1')).toBeNull();
  });

  test('fills a gap from the tier below', () => {
    expect(tierCap('gpt-4o', '5')).toBe(200_000_000);
    expect(tierCap('gpt-5-nano', '3')).toBe(2_000_000);
  });

  test('never gives a higher tier less', () => {
    const arbitrary = fc.tuple(fc.constantFrom(...Object.keys(tierTable)), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(arbitrary, ([family, index]) => {
        const [lower, higher] = [tiers[index - 1], tiers[index]].map(
          (tier) => tierCap(family, tier ?? '1') ?? 0,
        );
        expect(higher).toBeGreaterThanOrEqual(lower ?? 0);
      }),
    );
  });
});
