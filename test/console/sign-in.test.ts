/** The door: sign in, look as a reader, order as an operator, and be shown out when the session is over. */
import { expect, test } from 'vitest';
import { useBrowser } from './browser-stage.ts';

const password = 'open-for-operators';
const readPassword = 'open-for-readers';
const t = useBrowser({ settings: { CONSOLE_PASSWORD: password, CONSOLE_READ_PASSWORD: readPassword } });
const open = (path: string) => t.page.goto(`${t.stage.url}${path}`);

async function signIn(secret: string): Promise<void> {
  await t.page.getByLabel('Password or API key').fill(secret);
  await t.page.keyboard.press('Enter');
}

test('a page asks for the password first and comes back after it', async () => {
  t.expectComplaint(/401|403/);
  await open('/activity');
  await t.page.waitForURL(/\/sign-in\?to=/);
  await signIn('a wrong guess');
  await t.page.getByText('This is neither the password nor an API key').waitFor();
  await signIn(password);
  await t.page.waitForURL(/\/activity$/);
  await t.page.getByRole('button', { name: 'Pause intake' }).click();
  await t.page.getByRole('dialog').getByRole('button', { name: 'Pause intake' }).click();
  await t.page.getByText('Intake is paused.').waitFor();
  await t.page.getByRole('cell', { name: 'operator', exact: true }).first().waitFor();
  await t.page.getByRole('button', { name: 'Sign out operator' }).click();
  await t.page.waitForURL(/\/sign-in/);
});

test('a reader sees everything and is told why nothing can be ordered', async () => {
  t.expectComplaint(/401/);
  await open('/');
  await signIn(readPassword);
  await t.page.getByText('Needs attention').waitFor();
  await open('/activity');
  const button = t.page.getByRole('button', { name: /intake$/ });
  await button.waitFor();
  expect(await button.getAttribute('title')).toContain('may only look');
  expect(await button.getAttribute('aria-disabled')).toBe('true');
});

test('a session that is over leads to the sign-in page and back', async () => {
  t.expectComplaint(/401/);
  await open('/batches');
  await signIn(password);
  await t.page.getByText('No batches yet').waitFor();
  await t.context.clearCookies();
  await t.page.keyboard.press('g');
  await t.page.keyboard.press('r');
  await t.page.waitForURL(/\/sign-in\?to=/);
  await signIn(password);
  await t.page.waitForURL(/\/requests$/);
});

test('the way back is never to another site', async () => {
  t.expectComplaint(/401/);
  await open('/sign-in?to=//evil.example');
  await signIn(password);
  await t.page.getByText('Needs attention').waitFor();
  expect(new URL(t.page.url()).origin).toBe(t.stage.url);
});
