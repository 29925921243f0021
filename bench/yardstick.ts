/**
 * A fixed piece of work, timed on all cores at once: how fast the machine is at this moment. A rented core is often half of one,
 * and the neighbour on its other half is seen by no figure of the system: the same work then takes up to twice the
 * processor time. Where the yardstick moves within a run, so do its figures.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const rounds = 8_000;

/** @returns processor time of one piece of work on each core, in microseconds */
export async function measureYardstick(): Promise<number[]> {
  const cores = Array.from({ length: availableParallelism() }, () => new Worker(new URL(import.meta.url)));
  const took = cores.map(
    (core) =>
      new Promise<number>((resolve, reject) => {
        core.once('message', resolve);
        core.once('error', reject);
      }),
  );
  try {
    return await Promise.all(took);
  } finally {
    await Promise.all(cores.map((core) => core.terminate()));
  }
}

/** What intake does most of: it reads JSON of 2 KB, and hashes its bytes. */
function work(times: number): void {
  const messages = Array.from({ length: 10 }, (_, n) => ({
    role: 'user',
    content: `${n} `.padEnd(170, 'word '),
  }));
  const body = JSON.stringify({ model: 'gpt-4.1-mini', messages });
  for (let n = 0; n < times; n++) {
    JSON.parse(body);
    createHash('sha256').update(body).digest();
  }
}

if (!isMainThread && parentPort) {
  work(rounds / 4);
  const before = process.threadCpuUsage();
  work(rounds);
  const { user, system } = process.threadCpuUsage(before);
  parentPort.postMessage((user + system) / rounds);
}
