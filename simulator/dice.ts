/** Chance that can be repeated: the same seed gives the same throws. */

/** A 32-bit hash of a text (FNV-1a over its UTF-16 units), to be used as a seed. */
export function hashText(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** Throws whole numbers from 0 to 2^32 - 1 (the mulberry32 generator). */
export type Dice = () => number;

/** A new row of throws for this seed. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** A throw as a fraction, from 0 up to but not including 1. */
export function fractionOf(thrown: number): number {
  return thrown / 0x1_0000_0000;
}

/** All groups of four hexadecimal digits: looking them up is several times as fast as printing numbers. */
const fourDigits = Array.from({ length: 0x1_0000 }, (_, number) => number.toString(16).padStart(4, '0'));

/** `digits` hexadecimal digits (a multiple of 8). */
export function throwHex(dice: Dice, digits: number): string {
  let hex = '';
  for (let missing = digits; missing > 0; missing -= 8) {
    const thrown = dice();
    hex += fourDigits[thrown >>> 16] as string;
    hex += fourDigits[thrown & 0xffff] as string;
  }
  return hex;
}

/** Puts the items in another order, in place; two or more never keep the order that they came in. */
export function shuffle<Item>(items: Item[], dice: Dice): void {
  let moved = false;
  for (let last = items.length - 1; last > 0; last--) {
    const other = dice() % (last + 1);
    if (other === last) continue;
    moved = true;
    const kept = items[last] as Item;
    items[last] = items[other] as Item;
    items[other] = kept;
  }
  if (!moved && items.length > 1) items.push(items.shift() as Item);
}
