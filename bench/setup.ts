/** What a workload is given: how large to be, where to keep its files, and how the service is started. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type StoreName = 'sqlite' | 'postgres';

export interface Setup {
  readonly store: StoreName;
  readonly quick: boolean;
  /** Rows of `growth` and `start` where a full run asks for many. */
  readonly long: boolean;
  readonly fsyncDelayMs: number;
  /** Where CPU profiles go, when they are wanted. */
  readonly profileFolder: string | null;
  /** One number for a full run, a small one for a quick run. */
  size(full: number, quick: number): number;
  /** A new empty folder, removed when the workload is over. */
  folder(): Promise<string>;
  /** The same, removed at the end of everything. */
  lasting(): Promise<string>;
}

export interface Scratch {
  folder(): Promise<string>;
  remove(): void;
}

/** Temporary folders that are gone when the process is. */
export function makeScratch(): Scratch {
  const folders: string[] = [];
  const remove = () => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return {
    remove,
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), 'openai-batch-manager-bench-'));
      folders.push(folder);
      return folder;
    },
  };
}
