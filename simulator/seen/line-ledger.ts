/** In which batches each line was run: what was paid for, and what was paid for twice. Compact: made for a million lines. */

export interface LineCounts {
  /** Distinct custom_ids that were run. */
  readonly lines: number;
  /** Runs, all batches together. */
  readonly linesRun: number;
  /** custom_ids that were run in more than one batch. */
  readonly duplicates: number;
  /** custom_ids that succeeded more than once. */
  readonly paidTwice: number;
}

export interface LineLedger {
  /** @param ordinal of the batch */
  record(customId: string, ordinal: number, succeeded: boolean): void;
  counts(): LineCounts;
  /** Each custom_id with the ordinals of the batches that ran it. */
  entries(): Iterable<readonly [customId: string, ordinals: readonly number[], successes: number]>;
}

export function createLineLedger(): LineLedger {
  const places = new Map<string, number>();
  /** A number as long as there is only one: a list for each of a million lines would be ten times as large. */
  const ranIn: (number | number[])[] = [];
  let successes = new Uint8Array(1024);
  let linesRun = 0;
  let duplicates = 0;
  let paidTwice = 0;

  function add(customId: string, ordinal: number): number {
    const place = ranIn.length;
    places.set(customId, place);
    ranIn.push(ordinal);
    if (place >= successes.length) {
      const larger = new Uint8Array(successes.length * 2);
      larger.set(successes);
      successes = larger;
    }
    return place;
  }

  function addAgain(place: number, ordinal: number): void {
    const before = ranIn[place] as number | number[];
    if (typeof before === 'number') {
      ranIn[place] = [before, ordinal];
      duplicates++;
    } else before.push(ordinal);
  }

  return {
    record(customId, ordinal, succeeded) {
      linesRun++;
      const known = places.get(customId);
      const place = known ?? add(customId, ordinal);
      if (known !== undefined) addAgain(known, ordinal);
      if (!succeeded) return;
      const count = Math.min((successes[place] as number) + 1, 255);
      successes[place] = count;
      if (count === 2) paidTwice++;
    },
    counts: () => ({ lines: places.size, linesRun, duplicates, paidTwice }),
    *entries() {
      for (const [customId, place] of places) {
        const ordinals = ranIn[place] as number | number[];
        yield [customId, typeof ordinals === 'number' ? [ordinals] : ordinals, successes[place] as number];
      }
    },
  };
}
