/** An output or error file while it is written. */
import { type FileHandle, open } from 'node:fs/promises';
import { batchFileLifeS } from '../limits.ts';
import type { World } from '../world.ts';
import type { Batch } from './batch.ts';

export interface ResultFile {
  /** Adds a line; nothing is written before `flush`. */
  push(line: string): void;
  /** Whether enough has gathered to be worth a write. */
  isFull(): boolean;
  flush(): Promise<void>;
  /** The id of the file, or null when it has no line: then there is no file. */
  close(): Promise<string | null>;
}

const chunkCharacters = 256 * 1024;
const notAscii = /[\u0080-\uffff]/g;

/** @param kind as in the file's name, "batch_<id>_output.jsonl" */
export function createResultFile(world: World, batch: Batch, kind: 'output' | 'error'): ResultFile {
  const place = world.files.reserve();
  const { ascii } = batch.effect;
  let handle: FileHandle | null = null;
  let pending: string[] = [];
  let characters = 0;
  let bytes = 0;

  async function flush(): Promise<void> {
    if (pending.length === 0) return;
    const chunk = Buffer.from(pending.join(''));
    pending = [];
    characters = 0;
    handle ??= await open(place.path, 'w');
    await handle.writeFile(chunk);
    bytes += chunk.length;
  }

  return {
    push(line) {
      const whole = `${ascii ? line.replace(notAscii, escapeCharacter) : line}\n`;
      pending.push(whole);
      characters += whole.length;
    },
    isFull: () => characters >= chunkCharacters,
    flush,
    async close() {
      await flush();
      if (handle === null) return null;
      await handle.close();
      const filename = `${batch.id}_${kind}.jsonl`;
      const lifeS = batch.resultLifeS || batchFileLifeS;
      world.files.add({ id: place.id, bytes, filename, purpose: 'batch_output', model: batch.model, lifeS });
      return place.id;
    },
  };
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
