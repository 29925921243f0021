/** Loaded into the service beside its own code: writes down how long its event loop stood still, and when. */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Stall } from '../stalls.ts';

const everyMs = 4;
const file = process.env['STALL_FILE'];
const stalls: Stall[] = [];
let before = performance.now();

if (file !== undefined && isMainThread) {
  setInterval(() => {
    const now = performance.now();
    const ms = now - before - everyMs;
    if (ms > 5) stalls.push({ at: Date.now(), ms });
    before = now;
  }, everyMs).unref();
  process.on('exit', () => writeFileSync(file, JSON.stringify(stalls)));
}
