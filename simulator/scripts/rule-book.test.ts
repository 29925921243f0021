/** The conditions under which a rule applies. */
import { expect, test } from 'vitest';
import { chatLine, chatLines, type Kit, startKit } from '../kit.for-test.ts';
import type { RowRule } from './rule.ts';

const limits: [string, Omit<RowRule, 'on' | 'do'>, string[]][] = [
  ['every k-th', { everyKth: 4 }, ['row-4', 'row-8']],
  ['part of a custom_id', { match: { customId: 'w-1' } }, ['row-1', 'row-10']],
  ['part of a line', { match: { text: 'number 7' } }, ['row-7']],
  ['endpoint and model', { match: { endpoint: '/v1/chat/completions', model: 'gpt-4o' } }, []],
  ['metadata', { match: { metadata: { tag: 'a' } }, everyKth: 5 }, ['row-10', 'row-5']],
  ['other metadata', { match: { metadata: { tag: 'b' } } }, []],
];

async function missingRows({ run, readLines }: Kit): Promise<string[]> {
  const batch = await run(chatLines(10), { metadata: { tag: 'a', more: 'x' } });
  const ids = new Set((await readLines(batch.output_file_id)).map((line) => line.custom_id));
  return chatLines(10)
    .map((line) => line['custom_id'] as string)
    .filter((id) => !ids.has(id))
    .sort();
}

test.each(limits)('rows are chosen by %s', async (_name, given, expected) => {
  const kit = await startKit({ scripts: [{ on: 'row', do: { missing: true }, ...given }] });
  expect(await missingRows(kit)).toEqual(expected);
});

test('times and nth bound how often a rule applies', async () => {
  const twice = await startKit({ scripts: [{ on: 'row', do: { missing: true }, times: 2 }] });
  expect(await missingRows(twice)).toHaveLength(2);
  const third = await startKit({ scripts: [{ on: 'row', do: { missing: true }, nth: 3 }] });
  expect(await missingRows(third)).toHaveLength(1);
  const call = await startKit({
    scripts: [
      { on: 'call', route: 'models.list', nth: 2, times: 2, do: { status: 503, error: { message: 'No.' } } },
    ],
  });
  const statuses: number[] = [];
  for (let count = 0; count < 4; count++) {
    const response = await fetch(`${call.sim.url}/models`, { headers: { authorization: 'Bearer x' } });
    statuses.push(response.status);
  }
  expect(statuses).toEqual([200, 503, 503, 200]);
});

test('chance chooses about its part of the rows, and the same ones with the same seed', async () => {
  const chosen: string[][] = [];
  for (const seed of [1, 1, 2]) {
    const kit = await startKit({ seed, scripts: [{ on: 'row', do: { missing: true }, probability: 0.3 }] });
    const batch = await kit.run(chatLines(1_000));
    const lines = await kit.readLines(batch.output_file_id);
    chosen.push(lines.map((line) => line.custom_id).sort());
  }
  expect(chosen[0]?.length).toBeGreaterThan(620);
  expect(chosen[0]?.length).toBeLessThan(780);
  expect(chosen[0]).toEqual(chosen[1]);
  expect(chosen[0]).not.toEqual(chosen[2]);
});

test('several scripts work together, and can be added and taken away while the server runs', async () => {
  const kit = await startKit({ scripts: ['no-usage', 'missing-rows'] });
  kit.sim.addScript({
    name: 'mine',
    doc: 'Row 1 is a 500.',
    rules: [{ on: 'row', match: { customId: 'row-1' }, do: { status: 500 } }],
  });
  const batch = await kit.run([chatLine(1), chatLine(2), chatLine(3)]);
  expect(batch).not.toHaveProperty('usage');
  expect((await kit.readLines(batch.error_file_id)).map((line) => line.response?.status_code)).toEqual([500]);
  expect(await kit.readLines(batch.output_file_id)).toHaveLength(1);
  kit.sim.clearScripts();
  expect((await kit.run(chatLines(3))).request_counts?.completed).toBe(3);
});

test('a name that nobody knows is refused at the start', async () => {
  await expect(startKit({ scripts: ['no-such-script'] })).rejects.toThrow('no-such-script');
});
