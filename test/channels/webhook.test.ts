import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { NetworkGuard } from '../../server/channels/network-guard.ts';
import { WebhookChannel } from '../../server/channels/webhook.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { until } from '../until.ts';
import { type Arrived, describeChannel } from './describe-channel.ts';

const openChannel = () => new WebhookChannel({ clock: systemClock, guard: new NetworkGuard('allow') });
/** `discard`, where nothing listens. */
const nowhere = 'http://127.0.0.1:9/';

describeChannel('webhook', async () => {
  const arrived: Arrived[] = [];
  const server = createServer(async (request, response) => {
    const content = await buffer(request);
    if (request.url === '/moved') return response.writeHead(302, { location: '/' }).end();
    if (request.url === '/broken') return response.writeHead(500).end('no');
    arrived.push({ id: String(request.headers['webhook-id']), content, headers: request.headers });
    return response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const channel = openChannel();
  return {
    channel,
    good: { type: 'webhook', webhook_url: `${url}/` },
    bad: [
      { target: { type: 'webhook', webhook_url: `${url}/moved` }, outcome: 'redirect' },
      { target: { type: 'webhook', webhook_url: `${url}/broken` }, outcome: 'http_status_not_2xx' },
      { target: { type: 'webhook', webhook_url: nowhere }, outcome: 'connection_refused' },
    ],
    async arrived(count) {
      await until(() => arrived.length >= count);
      return arrived.splice(0);
    },
    async openAlone() {
      const alone = openChannel();
      return {
        channel: alone,
        target: { type: 'webhook', webhook_url: nowhere },
        close: () => alone.close(),
      };
    },
    async close() {
      await channel.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});
