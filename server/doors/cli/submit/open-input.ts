import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandFailed, type Io } from '../command.ts';

export interface Input {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Null where it is not known before the end. */
  readonly bytes: number | null;
}

/** Large enough that the price of a read does not count. */
const chunkBytes = 256 * 1_024;

/** A file by name, or standard input for `-`. @throws CommandFailed */
export async function openInput(name: string, io: Io): Promise<Input> {
  if (name === '-') return { chunks: io.in as AsyncIterable<Uint8Array>, bytes: null };
  try {
    const facts = await stat(name);
    if (facts.isDirectory()) throw new CommandFailed(`${name} is a folder; give a file of JSON lines.`);
    return {
      chunks: createReadStream(name, { highWaterMark: chunkBytes }),
      bytes: facts.isFile() ? facts.size : null,
    };
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause;
    const { code, message } = cause as { code?: string; message: string };
    throw new CommandFailed(code === 'ENOENT' ? `There is no file ${name}.` : message, { cause });
  }
}
