import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DemoRequest, writeRequests } from './corpus.ts';
import { cutPieces, largestPieceBytes, smallestPieceBytes } from './cut-pieces.ts';
import { readTexts } from './read-texts.ts';
import { projectRoot } from './start-service.ts';

const texts = readTexts(join(projectRoot, 'node_modules'));
const write = (count: number, seed = '1'): DemoRequest[] => [...writeRequests(texts, { count, seed })];

describe('the corpus', () => {
  test('gives as many requests as asked for, with distinct texts and names', () => {
    const requests = write(5_000);
    expect(requests).toHaveLength(5_000);
    expect(new Set(requests.map(({ text }) => text)).size).toBe(5_000);
    expect(new Set(requests.map(({ customId }) => customId)).size).toBe(5_000);
  });

  test('has enough distinct texts for 50,000 requests', () => {
    let count = 0;
    for (const _ of writeRequests(texts, { count: 50_000, seed: '1' })) count++;
    expect(count).toBe(50_000);
  });

  test('keeps every piece between 0.2 and 50 KB', () => {
    for (const { text } of write(5_000)) {
      expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(smallestPieceBytes);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(largestPieceBytes);
    }
  });

  test('is the same for the same seed, and another for another', () => {
    expect(write(300)).toEqual(write(300));
    expect(write(300, '2')).not.toEqual(write(300));
  });

  test('speaks to at least two endpoints and two models, in real Unicode', () => {
    const requests = write(1_000);
    expect(new Set(requests.map(({ url }) => url)).size).toBeGreaterThanOrEqual(2);
    expect(new Set(requests.map(({ body }) => body.model)).size).toBeGreaterThanOrEqual(2);
    expect(requests.some(({ text }) => /\p{Script=Han}/u.test(text))).toBe(true);
    expect(requests.some(({ text }) => /\p{Emoji_Presentation}/u.test(text))).toBe(true);
  });
});

describe('cutting', () => {
  test('never cuts inside a character, even where a text has no paragraph', () => {
    const [piece = ''] = cutPieces(['🦉'.repeat(10_000)], '1');
    expect(piece.isWellFormed()).toBe(true);
  });

  test('says so when there is nothing new to cut', () => {
    const twoParagraphs = `${'a'.repeat(250)}\n\n${'b'.repeat(250)}`;
    expect(() => [...cutPieces([twoParagraphs], '1')]).toThrow(/only [1-3] different pieces/);
  });
});
