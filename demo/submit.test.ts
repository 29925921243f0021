import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { DemoRequest } from './corpus.ts';
import { submitAll } from './submit.ts';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** A service that answers as told: a status, or null to cut the connection. */
async function serve(answer: (customId: string, times: number) => number | null): Promise<string> {
  const times = new Map<string, number>();
  server = createServer(async (request, response) => {
    const { custom_id } = JSON.parse(await readText(request)) as { custom_id: string };
    times.set(custom_id, (times.get(custom_id) ?? 0) + 1);
    const status = answer(custom_id, times.get(custom_id) ?? 0);
    if (status === null) response.destroy();
    else response.writeHead(status, { 'retry-after': '0.01' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

function requests(count: number): DemoRequest[] {
  return Array.from({ length: count }, (_, n) => ({
    customId: `r${n}`,
    url: '/v1/responses',
    body: { model: 'm' },
    text: '',
  }));
}

const receiver = 'http://127.0.0.1:9';

describe('submitting', () => {
  test('sends the same request again after 503 and after a lost connection, and counts it', async () => {
    const service = await serve((_, times) => (times === 1 ? 503 : times === 2 ? null : 202));
    const submitted = await submitAll({ service, receiver, requests: requests(100) });
    expect(submitted).toEqual({ accepted: 100, retries: 200 });
  });

  test('ends with the words of a refusal', async () => {
    const service = await serve((customId) => (customId === 'r40' ? 422 : 202));
    await expect(submitAll({ service, receiver, requests: requests(100) })).rejects.toThrow(/with 422/);
  });
});
