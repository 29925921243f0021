/** The text of an answer: short, made up, and proof that it belongs to its request. */
import { hash } from 'node:crypto';
import type { Dice } from '../dice.ts';

const words = (
  'river stone garden window letter silver morning paper quiet bridge number island copper voice market ' +
  'engine forest signal winter harbour ledger candle meadow thread mirror'
).split(' ');

/** SHA-256 of the input text (UTF-8) in hexadecimal; every answer holds it. */
export function checksumOf(text: string): string {
  return hash('sha256', text);
}

/** Characters of the input that an answer repeats. */
const echoed = 80;

/**
 * Says the checksum of the input and its first words, and goes on until it is `bytes` long, when that is given.
 *
 * @param aside put into the text, for example characters that readers stumble over
 */
export function writeText(
  text: string,
  checksum: string,
  dice: Dice,
  bytes: number | undefined,
  aside = '',
): string {
  const start = firstCharacters(text).replaceAll(/\s+/g, ' ').trim();
  const head = `Summary of [${checksum}]: ${start}${text.length > echoed ? '...' : ''}${aside}`;
  if (bytes === undefined) return `${head} (${words[dice() % words.length]})`;
  let missing = bytes - Buffer.byteLength(head);
  if (missing <= 0) return head;
  let filler = '';
  // One sentence is thrown and then repeated: 16 KB of dice would be most of the work.
  for (let count = 0; count < 24; count++) filler += ` ${words[dice() % words.length]}`;
  let tail = filler.repeat(Math.floor(missing / filler.length));
  missing -= tail.length;
  tail += filler.slice(0, missing);
  return head + tail;
}

/** Never cuts a character outside the basic plane in two. */
function firstCharacters(text: string): string {
  const last = text.charCodeAt(echoed - 1);
  const isHighHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHighHalf ? echoed - 1 : echoed);
}
