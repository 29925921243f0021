/**
 * One run of the whole line against a provider that misbehaves: the real service, the simulator with a script, and a
 * receiver that checks what it is given. Everything is asked from outside.
 */
import { createJudge } from '../../demo/judge-answer.ts';
import type { ResultLine } from '../../demo/read-delivery.ts';
import { type Receiver, startReceiver } from '../../demo/receiver.ts';
import { createSecret } from '../../demo/start-service.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { type Answer, type Api, openApi } from '../call-api.ts';
import { startTestService, type TestService, type TestSettings } from '../start-test-service.ts';
import { until } from '../until.ts';

/** A batch as the API shows it. */
export type ApiBatch = Answer['json'] & { readonly id: number };

/** What a request came to, as its receiver was told. */
export interface EdgeOutcome {
  readonly outcome: string;
  /** The error's code; null for an answer. */
  readonly code: string | null;
  readonly again: boolean;
}

/** One request of a run; `n` counts from 1, in the order of the input file. */
export interface EdgeRow {
  readonly n: number;
  readonly url: string;
  readonly body: { readonly model: string } & Readonly<Record<string, unknown>>;
  /** What its answer must be about; null: not looked at. */
  readonly text: string | null;
}

export interface EdgeOptions {
  readonly scripts: NonNullable<SimulatorOptions['scripts']>;
  /** How many simulator seconds pass in one of ours; 0: its clock stands still until it is advanced. */
  readonly scale?: number;
  readonly settings?: TestSettings;
  /** One that runs already, and outlives this line. */
  readonly simulator?: Simulator;
}

/** Pauses shrink to nothing, limits to what a test can wait for. */
const hasty = {
  BATCH_MAX_AGE_MS: 50,
  POLL_INTERVAL_MS: 50,
  RETRY_FASTER: 1_000,
  SUBMIT_LOOKS_MS: '0,50,200,500',
  PROVIDER_TIMEOUT_MS: 600,
  PROVIDER_STALL_MS: 600,
};

export function customIdOf(n: number): string {
  return `edge-${n}`;
}

export class EdgeLine {
  readonly simulator: Simulator;
  readonly receiver: Receiver;
  api: Api;
  service: TestService;
  readonly #judge: ReturnType<typeof createJudge>;
  readonly #unjudged: Set<string>;
  /** Settings of the first start that a restart may have changed. */
  readonly #restored: TestSettings = { OPENAI_API_KEY: 'sk-test-0000', DRAIN_MS: 8_000 };
  readonly #ends: (() => Promise<void>)[];

  private constructor(parts: {
    simulator: Simulator;
    receiver: Receiver;
    service: TestService;
    api: Api;
    judge: ReturnType<typeof createJudge>;
    unjudged: Set<string>;
    ends: (() => Promise<void>)[];
  }) {
    this.simulator = parts.simulator;
    this.receiver = parts.receiver;
    this.service = parts.service;
    this.api = parts.api;
    this.#judge = parts.judge;
    this.#unjudged = parts.unjudged;
    this.#ends = parts.ends;
  }

  static async set({ scripts, scale = 1, settings, simulator: running }: EdgeOptions): Promise<EdgeLine> {
    const secret = createSecret();
    const judge = createJudge();
    const unjudged = new Set<string>();
    const receiver = await startReceiver({
      secret,
      judge: (delivery) => (unjudged.has(delivery.customId) ? null : judge.judge(delivery)),
    });
    const simulator = running ?? (await startFaulty(scripts, scale));
    const given = { ...hasty, OPENAI_BASE_URL: simulator.url, WEBHOOK_SECRET: secret, ...settings };
    const service = await startTestService(given);
    const joined: TestService[] = [];
    const stopJoined = async () => {
      for (const replica of joined) await replica.stop();
    };
    const ends = [stopJoined, () => receiver.close(), ...(running ? [] : [() => simulator.close()])];
    const api = await openApi(service.url);
    const line = new EdgeLine({ simulator, receiver, service, api, judge, unjudged, ends });
    line.#join = async () => {
      joined.push(await startTestService({ ...given, REPLICA_NAME: `joined-${joined.length}` }));
    };
    return line;
  }

  #join: () => Promise<void> = async () => {};

  /** Starts another service with the same settings; they must name a database that several can share. */
  join(): Promise<void> {
    return this.#join();
  }

  /** Sends all rows in one stream, so that they are in one batch of each endpoint and model, in this order. */
  async send(rows: readonly EdgeRow[]): Promise<void> {
    for (const { n, url, text, body } of rows) {
      if (text === null) this.#unjudged.add(customIdOf(n));
      else for (const _ of this.#judge.remember([{ customId: customIdOf(n), url, body, text }]));
    }
    const response = await fetch(`${this.url}/api/requests/bulk`, {
      method: 'POST',
      headers: { 'content-type': 'application/jsonl' },
      body: rows.map((row) => `${JSON.stringify(this.#asRequest(row))}\n`).join(''),
    });
    const totals = (await response.json()) as { accepted: number };
    if (totals.accepted !== rows.length) throw new Error(`not all accepted: ${JSON.stringify(totals)}`);
  }

  #asRequest({ n, url, body }: EdgeRow) {
    return {
      custom_id: customIdOf(n),
      method: 'POST',
      url,
      delivery_config: { type: 'webhook', webhook_url: `${this.receiver.url}/outcomes` },
      body,
    };
  }

  /** Waits until so many outcomes have arrived at the receiver. */
  async delivered(count: number, withinMs = 60_000): Promise<void> {
    const signal = AbortSignal.timeout(withinMs);
    await this.receiver.waitFor(({ delivered }) => delivered >= count, signal);
  }

  /** Every batch, oldest first, with its transitions. */
  async batches(): Promise<ApiBatch[]> {
    const { json } = await this.api.call('GET', '/api/batches?limit=1000');
    const ids = (json.data as { id: number }[]).map(({ id }) => id).sort((a, b) => a - b);
    return Promise.all(ids.map(async (id) => (await this.api.call('GET', `/api/batches/${id}`)).json));
  }

  async request(n: number): Promise<Answer['json']> {
    return (await this.api.call('GET', `/api/requests/${customIdOf(n)}`)).json;
  }

  /** Waits until each batch owes nothing more, then shows them. */
  async ended(withinMs = 60_000): Promise<ApiBatch[]> {
    let batches: ApiBatch[] = [];
    await until(async () => {
      batches = await this.batches();
      return batches.every(({ ended_at }) => ended_at !== null);
    }, withinMs);
    return batches;
  }

  /** What arrived for each request; `again` counts deliveries under another id. */
  outcomes(): Map<number, EdgeOutcome> {
    const found = new Map<number, EdgeOutcome>();
    for (const { customId, outcome, line } of this.receiver.deliveries.values()) {
      const n = Number(customId.slice('edge-'.length));
      found.set(n, { outcome, code: codeOf(line as ResultLine), again: found.has(n) });
    }
    return found;
  }

  get url(): string {
    return this.service.url;
  }

  /** Stops the service and starts it again on the same database; what was set at first holds unless said. */
  async restart(settings: TestSettings = {}): Promise<void> {
    this.service = await this.service.restart({ ...this.#restored, ...settings });
    this.api = await openApi(this.service.url);
  }

  async close(): Promise<void> {
    await this.service.stop();
    for (const end of this.#ends) await end();
  }
}

/** The error's own code, wherever the line holds it. */
function codeOf({ response, error }: ResultLine): string | null {
  const inBody = (response?.body as { error?: { code?: string | null; type?: string } | null } | null)?.error;
  return error?.code ?? inBody?.code ?? inBody?.type ?? null;
}

export function startFaulty(scripts: EdgeOptions['scripts'], scale: number): Promise<Simulator> {
  const clock =
    scale === 0 ? ({ kind: 'stepped', startsAt: Date.now() } as const) : ({ kind: 'real', scale } as const);
  return startSimulator({ clock, scripts });
}
