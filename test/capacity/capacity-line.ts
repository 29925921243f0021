/** The whole line in simulated time, against a simulator whose caps the service does not know. */
import { onTestFinished } from 'vitest';
import { type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { startTestService, type TestService, type TestSettings } from '../start-test-service.ts';
import { SteppedClock, SteppedTime } from '../stepped-clock.ts';

const startsAt = Date.UTC(2026, 10, 23);

export interface RowPlan {
  readonly model?: string;
  /** Pictures count flat, so that rows can be large in tokens and small in bytes. */
  readonly pictures?: number;
  readonly text?: string;
  /** Another endpoint than chat: its batches are apart, their models share the cap. */
  readonly endpoint?: '/v1/responses';
  /** An embeddings row with so many inputs. */
  readonly inputs?: number;
}

export async function startCapacityLine(
  options: SimulatorOptions,
  settings: TestSettings = {},
  stepMs = 10_000,
) {
  const simulator = await startSimulator({ ...options, clock: { kind: 'stepped', startsAt } });
  const clock = new SteppedClock(startsAt);
  const time = new SteppedTime(clock, simulator, stepMs);
  const given = { clock };
  let running: TestService = await startTestService({ OPENAI_BASE_URL: simulator.url, ...settings }, given);
  onTestFinished(async () => {
    const stopping = running.stop();
    while (!(await settled(stopping))) clock.advance(60_000);
    await simulator.close();
  });

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${running.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  return {
    simulator,
    clock,
    call,
    get service() {
      return running.service;
    },
    until: (holds: () => boolean | Promise<boolean>, withinMs: number) =>
      time.until(running.service, holds, withinMs),
    quiet: () => time.quiet(running.service),
    get: <T>(path: string) => call<T>('GET', path),
    text: async (path: string) => (await fetch(`${running.url}${path}`)).text(),

    /** Posts rows in bulk. @param receiver where their outcomes go; without one they are fetched */
    async post(prefix: string, rows: readonly RowPlan[], receiver?: string): Promise<void> {
      const delivery = receiver ? { type: 'webhook', webhook_url: receiver } : { type: 'none' };
      const lines = rows.map((row, index) =>
        JSON.stringify({ ...rowOf(`${prefix}-${index}`, row), delivery_config: delivery }),
      );
      const response = await fetch(`${running.url}/api/requests/bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/jsonl' },
        body: `${lines.join('\n')}\n`,
      });
      const answer = (await response.json()) as { accepted?: number };
      if (answer.accepted !== rows.length)
        throw new Error(`bulk: ${response.status} ${JSON.stringify(answer)}`);
    },

    /** Stops the service and starts it again on the same database. */
    async restart(): Promise<void> {
      const restarting = running.restart();
      while (!(await settled(restarting))) clock.advance(1_000);
      running = await restarting;
    },
  };
}

export type CapacityLine = Awaited<ReturnType<typeof startCapacityLine>>;

/** Whether it has ended, after a turn of the event loop. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(() => resolve('turn')));
  return (await Promise.race([promise.then(() => 'end'), turn])) === 'end';
}

function rowOf(customId: string, plan: RowPlan) {
  const { url, body } = callOf(customId, plan);
  return { custom_id: customId, method: 'POST', url, body };
}

function callOf(
  customId: string,
  { model = 'gpt-4o-mini', pictures = 0, text = customId, ...plan }: RowPlan,
) {
  if (plan.inputs !== undefined) {
    const input = Array(plan.inputs).fill('x');
    return { url: '/v1/embeddings', body: { model: 'text-embedding-3-small', input, dimensions: 1 } };
  }
  if (plan.endpoint !== undefined) return { url: plan.endpoint, body: { model, input: text } };
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const content = [...Array(pictures).fill(picture), { type: 'text', text }];
  return { url: '/v1/chat/completions', body: { model, messages: [{ role: 'user', content }] } };
}

export interface BatchAnswer {
  readonly id: number;
  readonly model: string;
  readonly state: string;
  readonly request_count: number;
  readonly succeeded_count: number;
  readonly failed_count: number;
  readonly input_tokens: number;
  readonly successor_of: number | null;
  readonly waiting_reason: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely; the API description checks its shape.
  readonly waiting: any;
}

export async function listBatches(line: CapacityLine): Promise<BatchAnswer[]> {
  return (await line.get<{ data: BatchAnswer[] }>('/api/batches?limit=1000')).data.reverse();
}

export async function succeeded(line: CapacityLine): Promise<number> {
  const { succeeded } = await line.service.ctx.store.countRequests();
  return succeeded;
}
