/** A batch that is removed while its outcomes leave: whatever is not sent is not sent, and nothing false is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { Line } from '../../server/store/conformance/line.ts';
import { makeArrivals } from '../../server/store/conformance/make-arrivals.ts';
import { startTestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';

async function startReceiver() {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push((await buffer(request)).toString('utf8'));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

test('what is deleted between its claim and its reading is not sent at all, and frees its places', async () => {
  const { address, bodies } = await startReceiver();
  const { url, service, stop } = await startTestService({ DELIVERY_CONCURRENCY: 3 });
  onTestFinished(stop);
  const order = (name: string, to: 'pause' | 'resume') => call(url, 'POST', `/api/stages/${name}/${to}`);
  // The line is carried by hand: there is no provider, and nothing must leave too early.
  const stages = ['upload', 'submit', 'poll', 'download', 'deliver', 'send'];
  for (const name of stages) await order(name, 'pause');
  const { store } = service.ctx;
  const line = new Line(store);
  line.now = Date.now();
  const delivery = JSON.stringify({ type: 'webhook', webhook_url: `${address}/take` });
  await line.accept(makeArrivals('a', 3, { destination: { type: 'webhook', address }, delivery }));
  const { id } = await line.sendOpen();
  await line.move('openai_processing', 'expire');
  await line.settle('expired', () => 'succeeded');

  const read = store.resultLines;
  let removed = 0;
  Object.assign(store, {
    resultLines: async (input: Parameters<typeof read>[0]) => {
      if (removed++ === 0) {
        await call(url, 'DELETE', `/api/batches/${id}?undelivered=true`);
        while (await store.removeSlice({ limit: 500 }));
      }
      return read(input);
    },
  });
  await order('send', 'resume');
  await until(() => removed > 0);
  await order('download', 'resume');
  await makeOutcomes(url, 3, () => `${address}/take`, 'b');
  await until(() => bodies.length >= 3);
  const names = bodies.map((body) => (JSON.parse(body) as { custom_id: string }).custom_id);
  expect(names.sort()).toEqual(['b0', 'b1', 'b2']);
});
