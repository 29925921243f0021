/** What an operator sets on a destination beside numbers: headers, authorization, schedule; secrets are never shown. */
import { expect, test } from 'vitest';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const t = useBrowser({
  async prepare({ send, uploadAll, settle, taker }) {
    await send(makePosts(1, 'first', { webhook: taker.url }));
    await uploadAll();
    await settle();
  },
});
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);
const press = (name: string | RegExp) => t.page.getByRole('button', { name, exact: true }).click();
const told = (text: string | RegExp) => t.page.getByText(text).first().waitFor();

interface Destination {
  readonly authorization: string | null;
  readonly header_names: readonly string[];
  readonly policy: { readonly schedule_ms: readonly number[] };
  readonly own_policy: readonly string[];
}
const ask = () => t.stage.call<Destination>('GET', '/api/destinations/1');

test('headers and authorization are replaced, told by name, and never shown again', async () => {
  await open('/destinations/1');
  await press('Headers and authorization');
  const dialog = t.page.getByRole('dialog');
  await dialog.getByLabel(/^Authorization/).selectOption('bearer');
  await dialog.getByLabel('Token', { exact: true }).fill('top-secret-token');
  await dialog.getByLabel(/^Keep own headers/).uncheck();
  await dialog.getByLabel(/^Own headers/).fill('no colon here');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').getByText('Write each header as').waitFor();
  await dialog.getByLabel(/^Own headers/).fill('X-Team: billing\nx-shift: night: late');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await told('They are not shown again.');
  expect(await ask()).toMatchObject({ authorization: 'Bearer', header_names: ['x-team', 'x-shift'] });
  await press('Headers and authorization');
  await dialog.getByLabel(/^Authorization \(now: Bearer\)/).selectOption('basic');
  await dialog.getByLabel('User name', { exact: true }).fill('ann');
  await dialog.getByLabel('Password', { exact: true }).fill('another-secret');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await told(/^x-team, x-shift$/);
  expect(await ask()).toMatchObject({ authorization: 'Basic', header_names: ['x-team', 'x-shift'] });
  const shown = await t.page.content();
  for (const secret of ['top-secret-token', 'another-secret', 'billing']) expect(shown).not.toContain(secret);
});

test('a schedule is written as people say it, and taken back by an empty field', async () => {
  await open('/destinations/1');
  const field = t.page.getByLabel(/^Pauses before each attempt/);
  await field.fill('0, 1.5 s, 2 m');
  await press('Save');
  await told('Saved; the next attempt follows it.');
  expect((await ask()).policy.schedule_ms).toEqual([0, 1_500, 120_000]);
  await field.fill('soon');
  await press('Save');
  await told('Write the pauses as');
  await field.fill('');
  await press('Save');
  await told('Saved; the next attempt follows it.');
});
