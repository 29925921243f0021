/**
 * Enqueued input tokens by model and usage tier, as data (API reference, section 8: OpenAI's model pages where they
 * say it, users' reports elsewhere). A guess to begin with: what OpenAI states in a rejection comes before it.
 */

export const tiers = ['1', '2', '3', '4', '5'] as const;

/** OpenAI's usage tier of an organization. */
export type Tier = (typeof tiers)[number];

/** From tier 1 up; null where nothing is known. */
type ByTier = readonly (number | null)[];

const flagship: ByTier = [1_500_000, 3_000_000, 100_000_000, 200_000_000, 15_000_000_000];
const small: ByTier = [5_000_000, 20_000_000, 40_000_000, 1_000_000_000, 15_000_000_000];
const olderSmall: ByTier = [2_000_000, 20_000_000, 40_000_000, 1_000_000_000, 15_000_000_000];

/** By the beginning of a family's name. */
export const tierTable: Readonly<Record<string, ByTier>> = {
  'gpt-6-sol': flagship,
  'gpt-6-astra': flagship,
  'gpt-6-luna': [2_000_000, null, null, null, null],
  'gpt-5.6-sol': flagship,
  'gpt-5.6-luna': small,
  'gpt-5.5': flagship,
  'gpt-5.4-mini': small,
  'gpt-5.2-codex': flagship,
  'gpt-5': [1_500_000, 3_000_000, 100_000_000, null, null],
  'gpt-5-mini': [5_000_000, 20_000_000, 40_000_000, null, null],
  'gpt-5-nano': [2_000_000, null, null, null, null],
  'gpt-4o': [90_000, 1_350_000, 50_000_000, 200_000_000, null],
  'gpt-4.1': [900_000, 1_350_000, 50_000_000, null, null],
  'gpt-4o-mini': olderSmall,
  'gpt-4.1-mini': olderSmall,
  'gpt-4.1-nano': olderSmall,
  o3: [90_000, 1_350_000, 50_000_000, null, null],
  'o4-mini': [2_000_000, 2_000_000, 40_000_000, null, null],
  'text-embedding-3-small': [3_000_000, null, null, null, 4_000_000_000],
  'text-embedding-3-large': [3_000_000, null, null, null, 4_000_000_000],
};

/**
 * Tokens that a tier may enqueue for a family, or null when nothing is known. A name of the table stands for itself
 * and what follows it after a dash; a gap in a row is filled from the tier below.
 */
export function tierCap(family: string, tier: Tier): number | null {
  const [, row] =
    Object.entries(tierTable)
      .filter(([name]) => family === name || family.startsWith(`${name}-`))
      .sort(([a], [b]) => b.length - a.length)[0] ?? [];
  for (let index = tiers.indexOf(tier); row && index >= 0; index--) {
    const tokens = row[index];
    if (tokens !== null && tokens !== undefined) return tokens;
  }
  return null;
}
