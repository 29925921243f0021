/** A stage on which every state of a batch, every end of a request and every kind of trouble is to be seen. */
import { until } from '../until.ts';
import { makePosts, setConsoleStage } from './console-stage.ts';
import { giveAPast, stretch } from './give-a-past.ts';

interface Listed {
  readonly data: readonly { readonly id: number; readonly state: string; readonly custom_id: string }[];
}

/** A service with history, and the pages worth a picture by name. */
export async function setPictureStage() {
  const stage = await setConsoleStage(
    { SUBMIT_CONCURRENCY: 4 },
    {
      scripts: [
        { on: 'row', everyKth: 9, do: { status: 400 } },
        { on: 'batch', match: { model: 'o4-mini' }, do: { hold: { status: 'in_progress' }, progress: 0.6 } },
      ],
      tokenCaps: { 'o4-mini': 150_000 },
      tokenCapAt: 'create',
    },
  );
  const { call, send, taker, uploadAll, settle } = stage;
  const { ctx } = stage.running.service;
  const past = giveAPast(ctx.settings.DATABASE_PATH, ctx.clock.now());
  const webhook = taker.url;
  const body = (model: string, input = 'Summarise the annual report in three sentences.') => ({
    body: { model, input },
  });
  const states = async () => (await call<Listed>('GET', '/api/batches?limit=100')).data;
  await send([
    ...makePosts(180, 'report-2026', { webhook, tag: 'finance', ...body('gpt-4o-mini') }),
    ...makePosts(60, 'ticket', { webhook, tag: 'support', ...body('gpt-5-mini') }),
    ...makePosts(24, 'faq', { tag: 'support', ...body('gpt-4.1') }),
    ...makePosts(12, 'house', { ...body('our-own-model') }),
  ]);
  await uploadAll();
  await settle();
  taker.answerWith(410);
  await send(makePosts(40, 'invoice', { webhook, tag: 'finance', ...body('gpt-4o-mini') }));
  await uploadAll();
  await settle();
  taker.answerWith(200);
  await send(makePosts(30, 'refused', { webhook, ...body('no-such-model') }));
  const long = body('o4-mini', 'word '.repeat(900));
  await send(makePosts(90, 'review', { webhook, tag: 'research', ...long }));
  await uploadAll();
  await until(async () => (await states()).some(({ state }) => state === 'openai_processing'));
  await send(makePosts(60, 'essay', { webhook, tag: 'research', ...long }));
  await send(makePosts(25, 'stopped', { webhook, ...body('gpt-4o') }));
  const { data: open } = await call<Listed>('GET', '/api/batches?state=building&model=gpt-4o');
  await call('POST', `/api/batches/${open[0]?.id}/cancel`);
  await uploadAll();
  await until(async () => {
    const all = (await states()).map(({ state }) => state);
    return all.includes('waiting_for_capacity') && all.includes('failed');
  });
  await send(makePosts(35, 'question', { webhook, tag: 'support', ...body('gpt-5-mini') }));
  await call('POST', '/api/requests/report-2026-180/redeliver');
  await settleQuietly(stage.call);
  stretch(ctx.settings.DATABASE_PATH, past);
  const all = await states();
  const find = (state: string) => all.find((batch) => batch.state === state)?.id;
  const twice = await call<{ id: number }>('GET', '/api/requests/report-2026-180');
  const oneOf = async (query: string) =>
    (await call<Listed>('GET', `/api/requests?${query}&limit=1`)).data[0]?.id;
  return {
    url: stage.url,
    close: stage.close,
    pages: {
      overview: '/',
      'overview-30d': '/?range=30d',
      batches: '/batches',
      'batches-none': '/batches?state=expired',
      'batch-done': `/batches/${past + 1}`,
      'batch-running': `/batches/${find('openai_processing')}`,
      'batch-waiting': `/batches/${find('waiting_for_capacity')}`,
      'batch-failed': `/batches/${find('failed')}?tab=transitions`,
      'batch-cancelled': `/batches/${find('cancelled')}?tab=files`,
      'batch-gone': '/batches/999999',
      requests: '/requests',
      'requests-filtered': '/requests?outcome=failed&tag=finance',
      request: `/requests/${twice.id}`,
      'request-undelivered': `/requests/${await oneOf('state=delivery_failed')}`,
      destinations: '/destinations',
      destination: '/destinations/1',
      activity: '/activity',
      'settings-rules': '/settings/rules',
      'settings-costs': '/settings/costs',
      'settings-prices': '/settings/prices',
      'settings-keys': '/settings/keys',
      'settings-records': '/settings/records?kind=transitions',
      'sign-in': '/sign-in',
    } as Record<string, string>,
  };
}

/** Until nothing is on its way any more. */
async function settleQuietly(call: <T>(method: string, path: string) => Promise<T>): Promise<void> {
  await until(
    async () => (await call<Listed>('GET', '/api/requests?state=delivering&limit=1')).data.length === 0,
    30_000,
  );
}
