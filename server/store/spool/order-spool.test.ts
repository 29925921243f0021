import { existsSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrderSpool } from './order-spool.ts';

const bytes = (text: string) => Buffer.from(text);
const textOf = (answers: Iterable<Uint8Array>) =>
  [...answers].map((answer) => Buffer.from(answer).toString());

test('answers in any order come out in the order of the lines, each as soon as it can', () => {
  const anyOrder = fc.integer({ min: 1, max: 500 }).chain((count) =>
    fc.shuffledSubarray(
      Array.from({ length: count }, (_, index) => index + 1),
      { minLength: count },
    ),
  );
  fc.assert(
    fc.property(anyOrder, (order) => {
      const spool = new OrderSpool();
      try {
        for (let line = 1; line <= order.length; line++) spool.add({ line, customId: `id-${line}` });
        const out: string[] = [];
        const given = new Set<number>();
        for (const line of order) {
          expect(given.has(spool.firstOpen()?.line ?? 0)).toBe(false);
          spool.answer(`id-${line}`, bytes(String(line)));
          given.add(line);
          out.push(...textOf(spool.take()));
          let ready = 0;
          while (given.has(ready + 1)) ready += 1;
          expect(out).toHaveLength(ready);
        }
        expect(out).toEqual(order.map((_, index) => String(index + 1)));
        expect(spool.firstOpen()).toBeUndefined();
      } finally {
        spool.close();
      }
    }),
    { numRuns: 15 },
  );
});

test('two lines with one custom_id get the same answer; a line answered by number keeps its own', () => {
  const spool = new OrderSpool();
  for (const [index, customId] of ['a', 'a', null, 'a'].entries()) spool.add({ line: index + 3, customId });
  expect(spool.customIdOf(4)).toBe('a');
  spool.answerLine(4, bytes('refused'));
  spool.answer('a', bytes('one'));
  spool.answer('a', bytes('two'));
  spool.answerLine(3, bytes('three'));
  spool.answer('of somebody else', bytes('x'));
  expect(textOf(spool.take())).toEqual(['one', 'refused']);
  expect(spool.firstOpen()).toEqual({ line: 5, customId: null });
  spool.answerLine(5, bytes('none'));
  expect(textOf(spool.take())).toEqual(['none', 'one']);
  expect([spool.lines, spool.answered]).toEqual([4, 4]);
  spool.close();
});

test('the file goes when it is closed', () => {
  const before = new Set(globSync(join(tmpdir(), 'openai-batch-manager-spool-*')));
  const spool = new OrderSpool();
  const made = globSync(join(tmpdir(), 'openai-batch-manager-spool-*')).filter((path) => !before.has(path));
  expect(made.length).toBeGreaterThan(0);
  spool.close();
  expect(made.filter((path) => existsSync(path)).length).toBeLessThan(made.length);
});
