/**
 * The long walk, on the keyboard alone: send, watch the batch stand in every state that lasts, break the receiver, see
 * its breaker open by itself, repair, recover what was lost, and check the savings by hand.
 */
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import type { CallEffect, Route } from '../../simulator/index.ts';
import { MovedClock } from '../moved-clock.ts';
import { until } from '../until.ts';
import { useBrowser } from './browser-stage.ts';
import { makePosts } from './console-stage.ts';

const clock = new MovedClock(Date.now());
const t = useBrowser({
  settings: { RETRY_FASTER: 1 },
  simulating: {
    clock: { kind: 'stepped', startsAt: clock.now() },
    timing: { validateMs: 1_000, runMs: 60_000, finalizeMs: 1_000 },
  },
  given: { clock },
});
const body = { model: 'gpt-4o-mini', input: 'Say hello.' };
const outOfOrder: CallEffect = { status: 503, error: { message: 'Out of order.', type: 'server_error' } };

/** Seconds pass at the service, one with each look, until it is to be seen. */
const see = (what: Locator) =>
  until(async () => {
    clock.move(1_000);
    return what.first().isVisible();
  });
const seeText = (text: string | RegExp) => see(t.page.getByText(text));
const standsIn = (state: string) => see(t.page.locator('[aria-current="step"]').getByText(state));

async function keys(...names: readonly string[]): Promise<void> {
  for (const name of names) await t.page.keyboard.press(name);
}

/** Goes on by Tab until the focus is on it, then presses Enter. */
async function tabTo(words: string | RegExp): Promise<void> {
  for (let presses = 0; presses < 100; presses++) {
    await keys('Tab');
    const focused = String(await t.page.evaluate('document.activeElement.textContent')).trim();
    if (typeof words === 'string' ? focused === words : words.test(focused)) return keys('Enter');
  }
  throw new Error(`no Tab leads to ${words}`);
}

/** Whatever else was broken at OpenAI is mended first. */
function breakOnly(route: Route): void {
  t.stage.simulator.clearScripts();
  t.stage.simulator.addScript({ on: 'call', route, do: outOfOrder });
}

async function openFirst(place: 'b' | 'd', path: RegExp): Promise<void> {
  await keys('g', place);
  // The page before has rows of its own.
  const name = place === 'b' ? 'Batches' : 'Destinations';
  await t.page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  await t.page.locator('tbody tr').first().waitFor();
  await keys('j', 'Enter');
  await t.page.waitForURL(path);
}

test('a batch is walked with from its first request to its savings', async () => {
  const { page, stage } = t;
  const { simulator, taker } = stage;
  await page.goto(`${stage.url}/`);
  await page.getByText('Nothing has come yet').waitFor();
  await stage.send(makePosts(20, 'walk', { webhook: taker.url, tag: 'walk', body }));
  await seeText('1 batch with 20 requests under way.');
  await openFirst('b', /\/batches\/1$/);
  await standsIn('building');

  breakOnly('files.create');
  await keys('.');
  await until(async () => (await page.evaluate('document.activeElement.textContent')) === 'Upload now');
  await keys('Enter');
  await standsIn('uploading');
  breakOnly('batches.create');
  await standsIn('uploaded');
  simulator.clearScripts();
  simulator.addScript('funding-block');
  await standsIn('waiting');
  simulator.clearScripts();
  await standsIn('at OpenAI');
  await simulator.advance(10_000);
  await seeText(/OpenAI says "in_progress"/);
  breakOnly('files.content');
  await simulator.advance(120_000);
  await standsIn('downloading');

  taker.answerWith(503);
  simulator.clearScripts();
  await standsIn('delivering');
  await seeText('20 on the way');
  await seeText('20 succeeded');
  // Ten failures in a row that last five minutes open a breaker.
  await until(async () => {
    clock.move(20_000);
    await until(() => stage.running.service.dispatchers.every(({ isQuiet }) => isQuiet));
    const { health } = await stage.call<{ health: { breaker: string } }>('GET', '/api/destinations/1');
    return health.breaker === 'open';
  });
  await keys('g', 'o');
  await seeText(/^Destination 1 .* has failed since/);
  await tabTo(/^Destination 1 .* has failed since/);
  await page.waitForURL(/\/destinations\/1$/);
  await seeText('breaker open');

  // It is back, but refuses: what waited is lost until somebody asks for it again.
  taker.answerWith(410);
  await tabTo('Close breaker');
  await openFirst('b', /\/batches\/1$/);
  await standsIn('done');
  await seeText('20 delivery failed');
  taker.answerWith(200);
  await openFirst('d', /\/destinations\/1$/);
  await tabTo('Recover failures');
  await page.getByText('20 outcomes failed.').waitFor();
  await tabTo('Deliver 20 outcomes again');
  await see(page.getByRole('table', { name: 'Redelivery orders' }).getByText('20 of 20'));
  await until(() => taker.taken === 20);

  await openFirst('b', /\/batches\/1$/);
  await seeText('20 delivered');
  const batch = await stage.call<Readonly<Record<string, number>>>('GET', '/api/batches/1');
  const { input_tokens: read = 0, output_tokens: written = 0, list_nano_usd, paid_nano_usd } = batch;
  // gpt-4o-mini: 0.15 and 0.60 USD per million tokens, by hand; a batch costs half.
  const byHand = read * 150 + written * 600;
  expect([list_nano_usd, paid_nano_usd]).toEqual([byHand, byHand / 2]);
  await keys('g', 'o');
  await seeText(/saved \(50 %\)/);
});
