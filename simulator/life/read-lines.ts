/** The lines of an uploaded file, a bounded block at a time. */
import { open } from 'node:fs/promises';

export interface RawLine {
  /** Without its newline. A byte-order mark is still there, and makes the first line invalid JSON. */
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

const chunkBytes = 1 << 20;
const mostLinesInBlock = 1_024;
const mostCharactersInBlock = 2 << 20;

/** Blocks of about 1,024 lines or about 2 MB. Only 0x0A ends a line; the last one need not have it. */
export async function* readBlocks(path: string): AsyncGenerator<RawLine[]> {
  const handle = await open(path);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let rest: Buffer[] = [];
  let block: RawLine[] = [];
  let characters = 0;
  let number = 0;

  function take(text: string): void {
    number++;
    characters += text.length;
    block.push({ text, number });
  }

  try {
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes);
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      let start = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        if (rest.length === 0) take(bytes.toString('utf8', start, end));
        else {
          take(Buffer.concat([...rest, bytes.subarray(start, end)]).toString());
          rest = [];
        }
        start = end + 1;
      }
      if (start < bytesRead) rest.push(Buffer.from(bytes.subarray(start)));
      if (block.length < mostLinesInBlock && characters < mostCharactersInBlock) continue;
      yield block;
      block = [];
      characters = 0;
    }
    if (rest.length > 0) take(Buffer.concat(rest).toString());
    if (block.length > 0) yield block;
  } finally {
    await handle.close();
  }
}
