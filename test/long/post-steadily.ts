/** A worker that posts requests one by one at an even pace, and tells what pace it was. */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'undici';
import { makePost } from '../make-post.ts';

export interface Posting {
  readonly url: string;
  /** Of the custom_ids. */
  readonly prefix: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Posted {
  readonly accepted: number;
  readonly seconds: number;
}

const { url, prefix, perSecond, seconds } = workerData as Posting;
const connections = 32;
const pool = new Pool(url, { connections, pipelining: 1 });
const startedAt = performance.now();
let sent = 0;
let accepted = 0;

async function post(): Promise<void> {
  while (sent < perSecond * seconds) {
    const dueAt = startedAt + (sent * 1_000) / perSecond;
    sent += 1;
    const number = sent;
    const early = dueAt - performance.now();
    if (early > 1) await pause(early);
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/api/requests',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(makePost(`${prefix}-${number}`, { delivery_config: { type: 'none' } })),
    });
    await body.dump();
    if (statusCode < 300) accepted += 1;
  }
}

await Promise.all(Array.from({ length: connections }, post));
parentPort?.postMessage({ accepted, seconds: (performance.now() - startedAt) / 1_000 } satisfies Posted);
await pool.close();
