/** Files on disk, and what the API says about them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { createFileId } from '../ids.ts';

export interface StoredFile {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds of simulator time. */
  readonly createdAt: number;
  /** Milliseconds of simulator time; null: until deleted. */
  readonly expiresAt: number | null;
  readonly filename: string;
  readonly purpose: string;
  /** The model that the first line names. */
  readonly model: string | null;
}

export type NewFile = Pick<StoredFile, 'id' | 'bytes' | 'filename' | 'purpose' | 'model'> & {
  /** Null: until deleted. */
  readonly lifeS: number | null;
};

export interface FileStore {
  /** A new id, and where its bytes go before the file exists. */
  reserve(): { readonly id: string; readonly path: string };
  add(file: NewFile): StoredFile;
  /** Undefined once it is deleted or expired. */
  find(id: string): StoredFile | undefined;
  /** Files that live, oldest first. */
  list(): StoredFile[];
  remove(file: StoredFile): Promise<void>;
  counts(): { readonly files: number; readonly liveFiles: number };
  close(): void;
}

export function createFileStore(dataDir: string | undefined, clock: Clock): FileStore {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'openai-simulator-'));
  mkdirSync(folder, { recursive: true });
  const files = new Map<string, StoredFile>();
  let created = 0;
  const lives = (file: StoredFile): boolean => file.expiresAt === null || clock.now() < file.expiresAt;
  const list = (): StoredFile[] => [...files.values()].filter(lives);

  return {
    reserve() {
      const id = createFileId();
      return { id, path: join(folder, id) };
    },
    add({ lifeS, ...file }) {
      const createdAt = clock.now();
      const expiresAt = lifeS === null ? null : createdAt + lifeS * 1000;
      const stored: StoredFile = { ...file, path: join(folder, file.id), createdAt, expiresAt };
      files.set(file.id, stored);
      created++;
      return stored;
    },
    find(id) {
      const file = files.get(id);
      return file !== undefined && lives(file) ? file : undefined;
    },
    list,
    async remove(file) {
      files.delete(file.id);
      await rm(file.path, { force: true });
    },
    counts: () => ({ files: created, liveFiles: list().length }),
    close() {
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The file object of the API (real API, Aug 2026). */
export function showFile(file: StoredFile): Record<string, unknown> {
  return {
    id: file.id,
    object: 'file',
    bytes: file.bytes,
    created_at: Math.floor(file.createdAt / 1000),
    expires_at: file.expiresAt === null ? null : Math.floor(file.expiresAt / 1000),
    filename: file.filename,
    purpose: file.purpose,
    status: 'processed',
    status_details: null,
  };
}
