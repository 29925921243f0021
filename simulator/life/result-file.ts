/** An output or error file while it is written. */
import { type FileHandle, open } from 'node:fs/promises';
import type { World } from '../world.ts';
import type { Batch } from './batch.ts';

export interface ResultFile {
  /** Adds a line; nothing is written before `flush`. */
  push(line: string): void;
  /** Whether enough has gathered to be worth a write. */
  isFull(): boolean;
  /** Begins to write what has gathered; waits only for the write before. */
  flush(): Promise<void>;
  /** The id of the file, or null when it has no line: then there is no file. */
  close(): Promise<string | null>;
}

const fullBytes = 512 * 1024;
/** With room for a last line behind what makes it full. */
const bufferBytes = 2 * fullBytes;
const notAscii = /[\u0080-\uffff]/g;

/** @param kind as in the file's name, "batch_<id>_output.jsonl" */
export function createResultFile(world: World, batch: Batch, kind: 'output' | 'error'): ResultFile {
  const place = world.files.reserve();
  const { ascii } = batch.effect;
  let handle: FileHandle | null = null;
  /** One is filled while the other is written. */
  let filling = Buffer.alloc(0);
  let spare = Buffer.alloc(0);
  let filled = 0;
  let bytes = 0;
  let writing: Promise<void> = Promise.resolve();

  async function write(chunk: Buffer): Promise<void> {
    handle ??= await open(place.path, 'w');
    await handle.writeFile(chunk);
  }

  async function flush(): Promise<void> {
    await writing;
    if (filled === 0) return;
    writing = write(filling.subarray(0, filled));
    // A failure is reported by the next flush; until then it must not count as unhandled.
    writing.catch(() => {});
    bytes += filled;
    filled = 0;
    [filling, spare] = [spare, filling];
  }

  function makeRoom(needed: number): void {
    if (filled + needed <= filling.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bufferBytes, filled + needed));
    filling.copy(larger, 0, 0, filled);
    filling = larger;
  }

  return {
    push(line) {
      const shown = ascii ? line.replace(notAscii, escapeCharacter) : line;
      makeRoom(shown.length * 3 + 1);
      filled += filling.write(shown, filled);
      filling[filled++] = 10;
    },
    isFull: () => filled >= fullBytes,
    flush,
    async close() {
      await flush();
      await writing;
      if (handle === null && kind === 'error' && batch.effect.emptyErrorFile) {
        handle = await open(place.path, 'w');
      }
      if (handle === null) return null;
      await handle.close();
      const filename = `${batch.id}_${kind}.jsonl`;
      world.files.add({
        id: place.id,
        bytes,
        filename,
        purpose: 'batch_output',
        model: batch.model,
        lifeS: batch.resultLifeS,
      });
      return place.id;
    },
  };
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
