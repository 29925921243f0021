import { createHash } from 'node:crypto';
import { createDice, type Dice } from './dice.ts';

export const smallestPieceBytes = 200;
export const largestPieceBytes = 50_000;

/** A paragraph longer than this is itself cut, at line ends where it has any. */
const longestParagraphBytes = 8_000;
const gap = '\n\n';
/** So many rounds over all texts without a new piece mean that there is none left. */
const dryRounds = 20;

/**
 * Distinct pieces of the texts, without end: cut at paragraph borders, 0.2 to 50 KB each. The first round cuts
 * every text from its beginning; later rounds begin elsewhere and throw other sizes.
 *
 * @throws Error when the texts hold no further piece that was not given before
 */
export function* cutPieces(texts: readonly string[], seed: string): Generator<string> {
  const dice = createDice(seed);
  const documents = texts.map(splitParagraphs);
  const given = new Set<string>();
  const first = dice(documents.length);
  for (let round = 0, dry = 0; dry < dryRounds; round++, dry++) {
    for (let n = 0; n < documents.length; n++) {
      const paragraphs = documents[(first + n) % documents.length] ?? [];
      const start = round === 0 ? 0 : dice(paragraphs.length);
      for (const piece of cutDocument(paragraphs, start, dice)) {
        const fingerprint = createHash('sha256').update(piece).digest('base64');
        if (given.has(fingerprint)) continue;
        given.add(fingerprint);
        dry = 0;
        yield piece;
      }
    }
  }
  throw new Error(`the texts give only ${given.size} different pieces`);
}

function* cutDocument(paragraphs: readonly string[], start: number, dice: Dice): Generator<string> {
  let taken: string[] = [];
  let bytes = 0;
  let wanted = throwSize(dice);
  for (const paragraph of paragraphs.slice(start)) {
    const more = Buffer.byteLength(paragraph) + gap.length;
    if (bytes + more > largestPieceBytes) {
      yield taken.join(gap);
      taken = [];
      bytes = 0;
    }
    taken.push(paragraph);
    bytes += more;
    if (bytes < wanted) continue;
    yield taken.join(gap);
    taken = [];
    bytes = 0;
    wanted = throwSize(dice);
  }
  if (bytes - gap.length >= smallestPieceBytes) yield taken.join(gap);
}

/** Most texts are short, some long, a few very long: what people send to be summarised. */
function throwSize(dice: Dice): number {
  const tenth = dice(10);
  if (tenth < 6) return smallestPieceBytes + gap.length + dice(1_800);
  if (tenth < 9) return 2_000 + dice(6_000);
  return 8_000 + dice(largestPieceBytes - 8_000);
}

function splitParagraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== '')
    .flatMap((paragraph) =>
      Buffer.byteLength(paragraph) <= longestParagraphBytes ? [paragraph] : splitLongParagraph(paragraph),
    );
}

/** By line ends where they come often enough, else by characters; never inside a character. */
function splitLongParagraph(paragraph: string): string[] {
  const most = longestParagraphBytes / 4;
  return paragraph.match(new RegExp(`[^]{1,${most}}(?:\\n|$)|[^]{1,${most}}`, 'gu')) ?? [];
}
