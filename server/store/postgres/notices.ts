/**
 * Short words between the processes of one database. They carry no data and may be lost: whoever hears one looks
 * at the rows, and looks anyway once in a while.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Notices } from '../store.ts';
import { connectionOptions } from './connection-options.ts';
import type { Runner } from './runner.ts';
import { within } from './within.ts';

const channel = 'openai_batch_manager';
/** Words within this time go as one notification; PostgreSQL commits notifying transactions one by one. */
const gatherMs = 20;
const reconnectMs = 500;
const longestGoodbyeMs = 1_000;

export class PostgresNotices implements Notices {
  readonly #url: string;
  readonly #runner: Runner;
  readonly #self = randomUUID();
  readonly #stopping = new AbortController();
  #waiting = new Set<string>();
  #sending: Promise<void> | undefined;
  #client: pg.Client | undefined;
  /** Waits for the end of the connection no longer. */
  #forget: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(url: string, runner: Runner) {
    this.#url = url;
    this.#runner = runner;
  }

  send(word: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#waiting.add(word);
    this.#sending ??= this.#sendSoon();
  }

  /** Calls `hear` with each word of others, and with none after a time in which some may have been missed. */
  listen(hear: (word: string | null) => void): void {
    this.#loop ??= this.#listen(hear);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    const ended = this.#client?.end().catch(() => {}) ?? Promise.resolve();
    // A silent network does not say goodbye.
    await within(longestGoodbyeMs, ended, () => new Error('no goodbye')).catch(() => {});
    this.#forget?.();
    await Promise.all([this.#loop, this.#sending]);
  }

  async #sendSoon(): Promise<void> {
    await pause(gatherMs);
    const words = [...this.#waiting].join(' ');
    this.#waiting = new Set();
    this.#sending = undefined;
    // A lost word delays work by one look at the rows.
    await this.#runner
      .run('notify', (tx) => tx.get('select pg_notify(?, ?)', channel, `${this.#self} ${words}`), undefined)
      .catch(() => {});
  }

  async #listen(hear: (word: string | null) => void): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const client = new pg.Client(connectionOptions(this.#url, { name: 'listen', connections: 1 }));
      this.#client = client;
      const ended = Promise.withResolvers<void>();
      client.once('end', ended.resolve);
      this.#forget = ended.resolve;
      client.on('error', () => {});
      client.on('notification', ({ payload = '' }) => {
        const [sender, ...words] = payload.split(' ');
        if (sender !== this.#self) for (const word of words) hear(word);
      });
      try {
        await client.connect();
        await client.query(`listen ${channel}`);
        hear(null);
        await ended.promise;
      } catch {
        await client.end().catch(() => {});
      }
      await pause(reconnectMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }
}
