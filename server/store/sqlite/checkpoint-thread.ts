/** Folds the log of one database when the writer asks for it, until little is left (see checkpointer.ts). */
import { workerData } from 'node:worker_threads';
import { type Checkpoint, type CheckpointData, foldLog, turn } from './checkpointer.ts';
import { connectCheckpointer } from './connect.ts';
import { LogLength } from './log-length.ts';

/** So little that the writer folds it in a millisecond or two. */
const littlePages = 200;
/** Where the writer is as fast as we are, it is never little. */
const mostPasses = 4;

const { path, whose } = workerData as CheckpointData;
const fold = connectCheckpointer(path).prepare(foldLog);
const length = new LogLength(path);

for (;;) {
  Atomics.wait(whose, 0, turn.nobodys);
  Atomics.wait(whose, 0, turn.writers);
  if (Atomics.load(whose, 0) !== turn.threads) continue;
  for (let passes = 0; passes < mostPasses; passes++) {
    const { checkpointed } = fold.get() as unknown as Checkpoint;
    if (length.frames() - checkpointed <= littlePages) break;
  }
  Atomics.store(whose, 0, turn.writers);
}
