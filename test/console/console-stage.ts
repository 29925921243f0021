/** A service with its console and real data: the simulator runs the batches, receivers take the outcomes or do not. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Given } from '../../server/compose/service.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { makePost } from '../make-post.ts';
import { startTestService, type TestService, type TestSettings } from '../start-test-service.ts';
import { until } from '../until.ts';
import { buildConsole } from './build-console.ts';

export interface Taker {
  readonly url: string;
  /** The status that it answers from now on. */
  answerWith(status: number): void;
  readonly taken: number;
  close(): Promise<void>;
}

export interface ConsoleStage {
  readonly running: TestService;
  readonly url: string;
  readonly simulator: Simulator;
  readonly taker: Taker;
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Sends requests in bulk. */
  send(posts: readonly object[]): Promise<void>;
  uploadAll(): Promise<void>;
  /** Stops the service and starts it again where it was. */
  restart(): Promise<void>;
  /** Waits until no batch is under way but the open ones. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function setConsoleStage(
  settings: TestSettings = {},
  simulating: SimulatorOptions = {},
  given: Given = {},
): Promise<ConsoleStage> {
  const consoleFolder = await buildConsole();
  const simulator = await startSimulator(simulating);
  const taker = await startTaker();
  let running = await startTestService(
    {
      OPENAI_BASE_URL: simulator.url,
      POLL_INTERVAL_MS: 50,
      RETRY_FASTER: 200,
      SUBMIT_LOOKS_MS: '0,20,50,100',
      ...settings,
    },
    { ...given, consoleFolder },
  );
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${running.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  };
  const listStates = async () =>
    (
      await call<{ data: { id: number; state: string; ended_at: string | null }[] }>(
        'GET',
        '/api/batches?limit=200',
      )
    ).data;
  const { url } = running;
  return {
    get running() {
      return running;
    },
    url,
    simulator,
    taker,
    call,
    async send(posts) {
      const answer = await fetch(`${running.url}/api/requests/bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/jsonl' },
        body: posts.map((post) => JSON.stringify(post)).join('\n'),
      });
      if (!answer.ok) throw new Error(`bulk answered ${answer.status}: ${await answer.text()}`);
      await answer.text();
    },
    async uploadAll() {
      for (const { id, state } of await listStates()) {
        if (state === 'building') await call('POST', `/api/batches/${id}/upload`);
      }
    },
    async restart() {
      running = await running.restart({ PORT: new URL(url).port });
    },
    settle: () =>
      until(
        async () => (await listStates()).every((b) => b.state === 'building' || b.ended_at !== null),
        30_000,
      ).then(() => undefined),
    async close() {
      await running.stop();
      await taker.close();
      await simulator.close();
    },
  };
}

async function startTaker(): Promise<Taker> {
  let status = 200;
  let taken = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      if (status < 300) taken += 1;
      response.statusCode = status;
      response.end(status < 300 ? '' : 'The receiver is out of order.');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/outcomes`,
    answerWith(next) {
      status = next;
    },
    get taken() {
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Requests for one model, to be delivered to a webhook, or to nobody. */
export function makePosts(
  count: number,
  prefix: string,
  change: Readonly<Record<string, unknown>> & { readonly webhook?: string } = {},
): object[] {
  const { webhook, ...rest } = change;
  const delivery_config = webhook ? { type: 'webhook', webhook_url: webhook } : { type: 'none' };
  return Array.from({ length: count }, (_, index) =>
    makePost(`${prefix}-${index + 1}`, { delivery_config, ...rest }),
  );
}
