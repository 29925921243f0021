import { createHash } from 'node:crypto';

/** Gives the next whole number from 0 up to, not including, `sides`. */
export type Dice = (sides: number) => number;

/** Dice that fall the same way for the same seed, on every machine. */
export function createDice(seed: string): Dice {
  let throws = 0;
  let pool = Buffer.alloc(0);
  return (sides) => {
    if (pool.length < 4) pool = createHash('sha256').update(`${seed}/${throws++}`).digest();
    const number = pool.readUInt32LE(0);
    pool = pool.subarray(4);
    return Math.floor((number / 2 ** 32) * sides);
  };
}
