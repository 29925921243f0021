/**
 * The one thread that writes. It takes groups of operations and commits each once: the price of a durable commit is
 * shared by everything that waited for it.
 *
 * Bulk work gives way: whatever interactive work waits when a commit ends is committed next, all of it together; after
 * it at most one bulk slice runs, and always one when any waits, so that neither starves the other. Where nobody else
 * waits, two slices share a commit.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { writes } from '../operations.ts';
import type { Tx } from '../tx.ts';
import { Checkpointer } from './checkpointer.ts';
import { connectWriter } from './connect.ts';
import { packOutput, unpackInput } from './pack-operations.ts';
import type { Group, GroupAnswer, Job, JobResult, ThreadError, WriterData } from './protocol.ts';
import { SqliteTx } from './transaction.ts';

const { path, fsyncDelayMs } = workerData as WriterData;
const db = connectWriter(path);
const tx = new SqliteTx(db);
const checkpointer = new Checkpointer(db, path);
const port = parentPort as MessagePort;
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

/** One transaction: these groups, and the bulk slices that may still join them. */
async function runGroups(groups: Group[]): Promise<GroupAnswer[]> {
  try {
    db.exec('begin immediate');
    const answers: GroupAnswer[] = [];
    for (let next = groups[0]; next; next = groups[answers.length] ?? joinSlice(groups)) {
      const results: JobResult[] = [];
      for (const job of next.jobs) results.push(await runJob(job));
      answers.push({ bulk: next.bulk, results });
    }
    db.exec('commit');
    if (fsyncDelayMs > 0) Atomics.wait(pause, 0, 0, fsyncDelayMs);
    return answers;
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    tx.forget();
    const failed: JobResult = { ok: false, error: describe(error) };
    return groups.map(({ bulk, jobs }) => ({ bulk, results: jobs.map(() => failed) }));
  }
}

/** Bulk slices in one transaction, at most. */
const maxSlices = 2;
/** So long after interactive work more of it is likely: then a transaction is one slice, not two. */
const livelyMs = 100;
let interactiveAt = Number.NEGATIVE_INFINITY;

const interactive: Group[] = [];
const bulk: Group[] = [];
let bulkNext = false;
let running = false;
let closing = false;

function hear(message: Group | 'close'): void {
  if (message === 'close') closing = true;
  else if (message.bulk) bulk.push(message);
  else interactive.push(message);
}

/** What has come by now: it may go before what has waited. */
function hearAll(): void {
  for (let heard = receiveMessageOnPort(port); heard; heard = receiveMessageOnPort(port)) hear(heard.message);
}

function nextGroups(): Group[] {
  hearAll();
  if (bulk.length > 0 && (bulkNext || interactive.length === 0)) {
    bulkNext = false;
    return bulk.splice(0, 1);
  }
  bulkNext = true;
  if (interactive.length > 0) interactiveAt = performance.now();
  return interactive.splice(0);
}

/** One more slice for a transaction of slices, as long as nobody else waits: most of a commit is the sync. */
function joinSlice(groups: Group[]): Group | undefined {
  if (!groups[0]?.bulk || groups.length >= maxSlices) return undefined;
  hearAll();
  const isLively = interactive.length > 0 || performance.now() - interactiveAt < livelyMs;
  const next = isLively ? undefined : bulk.shift();
  if (next) groups.push(next);
  return next;
}

async function run(): Promise<void> {
  for (let groups = nextGroups(); groups.length > 0; groups = nextGroups()) {
    for (const answer of await runGroups(groups)) port.postMessage(answer);
    checkpointer.look();
  }
  if (!closing) return;
  await checkpointer.close();
  db.exec('pragma wal_checkpoint(truncate)');
  db.close();
  port.close();
}

port.on('message', (message: Group | 'close') => {
  hear(message);
  if (running) return;
  running = true;
  void run().then(() => {
    running = false;
  });
});
