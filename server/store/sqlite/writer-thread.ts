/**
 * The one thread that writes. It takes groups of operations and commits each group once: the price of a durable
 * commit is shared by everything that waited for it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { writes } from '../operations.ts';
import type { Tx } from '../tx.ts';
import { connectWriter } from './connect.ts';
import { packOutput, unpackInput } from './pack-operations.ts';
import type { Group, GroupAnswer, Job, JobResult, ThreadError, WriterData } from './protocol.ts';
import { SqliteTx } from './transaction.ts';

const { path, fsyncDelayMs } = workerData as WriterData;
const db = connectWriter(path);
const tx = new SqliteTx(db);
const pause = new Int32Array(new SharedArrayBuffer(4));

function describe(error: unknown): ThreadError {
  const { message, stack, errcode } = error as Error & { errcode?: number };
  return { message: message ?? String(error), stack, sqliteCode: errcode };
}

async function runJob(job: Job): Promise<JobResult> {
  const operation = writes[job.name] as (tx: Tx, input: unknown) => Promise<unknown>;
  db.exec('savepoint job');
  try {
    const value = await operation(tx, unpackInput(job.name, job.input));
    db.exec('release job');
    return { ok: true, value: packOutput(job.name, value) };
  } catch (error) {
    db.exec('rollback to job; release job');
    tx.forget();
    return { ok: false, error: describe(error) };
  }
}

async function runGroup({ jobs }: Group): Promise<GroupAnswer> {
  try {
    db.exec('begin immediate');
    const results: JobResult[] = [];
    for (const job of jobs) results.push(await runJob(job));
    db.exec('commit');
    if (fsyncDelayMs > 0) Atomics.wait(pause, 0, 0, fsyncDelayMs);
    return { results };
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    tx.forget();
    const failed: JobResult = { ok: false, error: describe(error) };
    return { results: jobs.map(() => failed) };
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: Group | 'close') => {
  last = last.then(async () => {
    if (message === 'close') {
      db.exec('pragma wal_checkpoint(truncate)');
      db.close();
      parentPort?.close();
      return;
    }
    parentPort?.postMessage(await runGroup(message));
  });
});
