/** Two destinations of one origin, told apart by their paths: what one of them does costs the other nothing. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startTestService } from '../start-test-service.ts';
import { until } from '../until.ts';
import { call, makeOutcomes } from './make-outcomes.ts';

/** Takes everything below /fast, and never answers below /slow. */
async function startReceiver() {
  const hanging: ServerResponse[] = [];
  let taken = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      if (request.url === '/slow') return hanging.push(response);
      taken += 1;
      return response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hanging,
    taken: () => taken,
  };
}

test('one that hangs holds its own connections, and its neighbour on the same origin gets all', async () => {
  const { origin, hanging, taken } = await startReceiver();
  const { url, stop } = await startTestService({ DRAIN_MS: 0 });
  onTestFinished(stop);
  const make = async (path: string) => {
    const body = { type: 'webhook', address: origin + path };
    const { id } = (await call(url, 'POST', '/api/destinations', { body })) as { id: number };
    await call(url, 'PATCH', `/api/destinations/${id}`, { body: { concurrency: 2 } });
    return id;
  };
  const slow = await make('/slow');
  await make('/fast');
  await makeOutcomes(url, 4, () => `${origin}/slow`, 'slow');
  await until(() => hanging.length === 2);
  await makeOutcomes(url, 20, () => `${origin}/fast`, 'fast');
  await until(() => taken() === 20);
  // It hangs still: nobody had to wait until it was cut off.
  const { health } = (await call(url, 'GET', `/api/destinations/${slow}`)) as {
    health: { failure_count: number };
  };
  expect([health.failure_count, hanging.length]).toEqual([0, 2]);
});
