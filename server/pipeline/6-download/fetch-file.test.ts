/** How a result file may end: a provider that sends no length shows a cut only there. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Context } from '../../context.ts';
import { systemClock } from '../../engine/clock.ts';
import { fetchFile } from './fetch-file.ts';

const line = '{"custom_id":"r1"}';

/** A provider that answers with one text after the other, and then with the last for ever. */
async function fetchFrom(...texts: string[]): Promise<string | null> {
  async function* downloadFile() {
    const text = texts.length > 1 ? texts.shift() : texts[0];
    yield Buffer.from(text ?? '');
  }
  const ctx = {
    provider: { downloadFile: async () => downloadFile() },
    clock: systemClock,
    random: () => 0,
    settings: { RETRY_FASTER: 100_000 },
  } as unknown as Context;
  const file = await fetchFile(ctx, 'file-1', new AbortController().signal);
  if (!file) return null;
  try {
    return await readFile(file.path, 'utf8');
  } finally {
    await file.remove();
  }
}

test('a file that is cut is fetched again, and never taken for whole', async () => {
  const whole = `${line}\n${line}\n`;
  expect(await fetchFrom(`${line}\n${line.slice(0, 9)}`, whole)).toBe(whole);
  // Cut at the very end of a line, once.
  expect(await fetchFrom(line, whole)).toBe(whole);
  await expect(fetchFrom(`${line}\n${line.slice(0, 9)}`)).rejects.toThrow('broke off after 28 bytes');
  // Whole lines, but another end each time.
  await expect(fetchFrom(line, `${line}\n${line}`, line, `${line}\n${line}`)).rejects.toThrow('broke off');
});

test('a file whose last line never has an end is taken as it is', async () => {
  expect(await fetchFrom(`${line}\n${line}`)).toBe(`${line}\n${line}`);
  expect(await fetchFrom('')).toBeNull();
});
