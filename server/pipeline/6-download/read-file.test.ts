/** How a result file may end: a provider that sends no length shows a cut only there. */
import { expect, test } from 'vitest';
import type { Context } from '../../context.ts';
import { systemClock } from '../../engine/clock.ts';
import { ProviderError } from '../../provider/errors.ts';
import { readFile } from './read-file.ts';

const line = '{"custom_id":"r1"}';

/** A provider that answers with one text after the other, and then with the last for ever; null: it has no such file. */
async function readFrom(...texts: (string | null)[]): Promise<string[]> {
  async function* downloadFile() {
    for (const byte of Buffer.from(texts.shift() ?? '')) yield Buffer.of(byte);
  }
  const ctx = {
    provider: {
      downloadFile: async () => {
        if (texts.length === 1) texts.push(texts[0] as string | null);
        if (texts[0] === null) throw new ProviderError('not_found', 'no such file');
        return downloadFile();
      },
    },
    clock: systemClock,
    random: () => 0,
    settings: { RETRY_FASTER: 100_000 },
  } as unknown as Context;
  let read: string[] = [];
  await readFile(ctx, 'file-1', new AbortController().signal, {
    begin: async () => {
      read = [];
    },
    take: async (lines) => {
      for (const taken of lines) if (taken.kind === 'text') read.push(Buffer.from(taken.bytes).toString());
    },
  });
  return read;
}

test('a file that is cut is fetched again, and never taken for whole', async () => {
  const whole = `${line}\n${line}\n`;
  expect(await readFrom(`${line}\n${line.slice(0, 9)}`, whole)).toEqual([line, line]);
  // Cut at the very end of a line, once.
  expect(await readFrom(line, whole)).toEqual([line, line]);
  await expect(readFrom(`${line}\n${line.slice(0, 9)}`)).rejects.toThrow('broke off after 28 bytes');
  // Whole lines, but another end each time.
  await expect(readFrom(line, `${line}\n${line}`, line, `${line}\n${line}`)).rejects.toThrow('broke off');
});

test('a file whose last line never has an end is taken as it is', async () => {
  expect(await readFrom(`${line}\n${line}`)).toEqual([line, line]);
  expect(await readFrom('')).toEqual([]);
  expect(await readFrom(null)).toEqual([]);
});
