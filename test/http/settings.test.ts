/** Settings are edited while the service runs: each with its source, all or nothing, and with effect at once. */
import { expect, onTestFinished, test } from 'vitest';
import { openApi } from '../call-api.ts';
import { startTestService } from '../start-test-service.ts';

async function open(settings = {}) {
  const running = await startTestService(settings);
  onTestFinished(() => running.stop());
  const api = await openApi(running.url);
  // biome-ignore lint/suspicious/noExplicitAny: the description checks the shape.
  const shown = async (name: string): Promise<any> => {
    const { json } = await api.call('GET', '/api/settings');
    return json.data.find((setting: { name: string }) => setting.name === name);
  };
  return { running, api, shown };
}

test('an edit shows with who made it, holds at once, and is taken back', async () => {
  const { running, api, shown } = await open({ POLL_INTERVAL_MS: 5_000 });
  expect(await shown('POLL_INTERVAL_MS')).toMatchObject({
    value: 5_000,
    source: 'environment',
    editable: true,
  });
  expect(await shown('BATCH_MAX_REQUESTS')).toMatchObject({
    value: 50_000,
    source: 'default',
    edited_by: null,
  });
  expect(await shown('OPENAI_API_KEY')).toMatchObject({ value: 'set', editable: false });
  const made = await api.call('POST', '/api/keys', { body: { name: 'ann', scopes: ['operate'] } });
  const key = made.json.key as string;
  const edited = await api.call('PATCH', '/api/settings', {
    key,
    body: { POLL_INTERVAL_MS: 7_000, BATCH_MAX_REQUESTS: 2, OPENAI_TIER: '3' },
  });
  expect(edited.status).toBe(200);
  const { json } = await api.call('GET', '/api/settings', { key });
  const poll = json.data.find((setting: { name: string }) => setting.name === 'POLL_INTERVAL_MS');
  expect(poll).toMatchObject({ value: 7_000, source: 'edited', edited_by: 'key ann', default: 60_000 });
  expect(running.service.ctx.settings.POLL_INTERVAL_MS).toBe(7_000);
  for (const n of [1, 2, 3]) {
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `${n}` }] };
    const post = { custom_id: `e${n}`, method: 'POST', url: '/v1/chat/completions', body };
    await api.call('POST', '/api/requests', { key, body: { ...post, delivery_config: { type: 'none' } } });
  }
  const batches = await api.call('GET', '/api/batches', { key });
  expect(batches.json.data.map((batch: { request_count: number }) => batch.request_count)).toEqual([1, 2]);
  expect((await api.call('DELETE', '/api/settings/POLL_INTERVAL_MS', { key })).status).toBe(200);
  expect(running.service.ctx.settings.POLL_INTERVAL_MS).toBe(5_000);
  expect((await api.call('DELETE', '/api/settings/POLL_INTERVAL_MS', { key })).status).toBe(404);
});

test('each edit of an order is in the list of orders with what it was and is; a wrong order leaves none', async () => {
  const { running, api } = await open({ POLL_INTERVAL_MS: 5_000 });
  const told = async () => {
    const answer = await fetch(`${running.url}/api/console/actions`);
    const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
    const edits = data.filter((row) => row['action'] !== 'change');
    return edits.map((row) => [row['action'], row['subject'], row['message']]);
  };
  const patch = (body: object) => api.call('PATCH', '/api/settings', { body });
  await patch({ POLL_INTERVAL_MS: 7_000, BATCH_MAX_REQUESTS: 0 });
  expect(await told()).toEqual([]);
  await patch({ POLL_INTERVAL_MS: 7_000, TOKEN_CAPS: { 'gpt-4o': 90_000 } });
  await patch({ POLL_INTERVAL_MS: null });
  expect(await told()).toEqual([
    ['take back', 'setting POLL_INTERVAL_MS', '7000 → what the environment says'],
    ['set', 'cap gpt-4o', 'none → 90000'],
    ['set', 'setting POLL_INTERVAL_MS', '5000 → 7000'],
  ]);
});

test('edits outlive a restart, and caps are kept prefix by prefix', async () => {
  const { running, api } = await open({ TOKEN_CAPS: 'gpt-4o=90000,o3=1_000' });
  const patch = (caps: object) => api.call('PATCH', '/api/settings', { body: { TOKEN_CAPS: caps } });
  await patch({ 'gpt-4o': 70_000, 'gpt-5': 5 });
  const { json } = await patch({ 'gpt-5': null });
  expect(json.caps).toMatchObject([
    { prefix: 'gpt-4o', tokens: 70_000, source: 'edited', edited_by: 'anonymous' },
    { prefix: 'o3', tokens: 1_000, source: 'environment', edited_by: null },
  ]);
  const again = await running.restart();
  onTestFinished(() => again.stop());
  expect(again.service.ctx.settings.TOKEN_CAPS).toEqual({ 'gpt-4o': 70_000, o3: 1_000 });
  const fresh = await openApi(again.url);
  await fresh.call('DELETE', '/api/settings/TOKEN_CAPS/gpt-4o');
  expect(again.service.ctx.settings.TOKEN_CAPS).toEqual({ 'gpt-4o': 90_000, o3: 1_000 });
});

test('a wrong edit changes nothing and names everything that is wrong', async () => {
  const { running, api } = await open();
  const { status, json } = await api.call('PATCH', '/api/settings', {
    body: {
      POLL_INTERVAL_MS: 7_000,
      BATCH_MAX_BYTES: 1,
      OPENAI_TIER: '9',
      PORT: 80,
      NO_SUCH: 1,
      TOKEN_CAPS: { 'gpt-4o': 0 },
    },
  });
  expect(status).toBe(422);
  const pointers = json.errors.map((error: { source: { pointer: string } }) => error.source.pointer);
  expect(pointers).toEqual(['/BATCH_MAX_BYTES', '/OPENAI_TIER', '/PORT', '/NO_SUCH', '/TOKEN_CAPS/gpt-4o']);
  expect(json.errors[0].detail).toBe('BATCH_MAX_BYTES must be a whole number from 1000 to 209715200.');
  expect(running.service.ctx.settings.POLL_INTERVAL_MS).toBe(60_000);
  expect((await api.call('PATCH', '/api/settings', { body: {} })).status).toBe(422);
});
