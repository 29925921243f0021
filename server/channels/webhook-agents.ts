/**
 * Connections, kept alive: each destination has its own. Two of them may share an origin, one for each path prefix, and
 * one that hangs shall not hold the connections of the other.
 */
import { Agent } from 'undici';
import { guardConnections } from './guarded-connector.ts';
import type { NetworkGuard } from './network-guard.ts';
import type { Destination } from './port.ts';

/** Destinations whose connections are kept. */
const mostKept = 2_000;
const keepAliveMs = 30_000;

interface Kept {
  readonly agent: Agent;
  /** What the agent was made for. */
  readonly connectTimeoutMs: number;
  readonly concurrency: number;
}

export class WebhookAgents {
  readonly #guard: NetworkGuard;
  readonly #kept = new Map<number, Kept>();

  constructor(guard: NetworkGuard) {
    this.#guard = guard;
  }

  /** At most as many connections as messages may be in flight to it. */
  agentFor({ id, policy }: Destination): Agent {
    const { connectTimeoutMs, concurrency } = policy;
    const known = this.#kept.get(id);
    if (known?.concurrency === concurrency && known.connectTimeoutMs === connectTimeoutMs) return known.agent;
    const agent = new Agent({
      connect: guardConnections(this.#guard, connectTimeoutMs),
      connections: concurrency,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
    });
    const [oldest] = this.#kept.size >= mostKept ? this.#kept.keys() : [];
    for (const gone of [id, oldest]) if (gone !== undefined) this.#letGo(gone);
    this.#kept.set(id, { agent, connectTimeoutMs, concurrency });
    return agent;
  }

  /** Whatever is under way ends now, as a failure. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ agent }) => agent.destroy()));
  }

  /** What is under way may end. */
  #letGo(id: number): void {
    void this.#kept.get(id)?.agent.close();
    this.#kept.delete(id);
  }
}
