/** The input file as a stream of pages from the store: never whole in memory, never on our disk. */
import { lineHead, lineTail } from '../../../core/line-id.ts';
import type { Context } from '../../context.ts';
import type { BatchRow } from '../../store/rows.ts';

const pageBytes = 1_000_000;
const pageLines = 2_000;

/**
 * Yields the file's bytes, about a megabyte at a time.
 *
 * @throws Error when the store holds other than the closed batch promised, before a wrong file can be complete
 */
export async function* writeInputFile(
  ctx: Pick<Context, 'store'>,
  batch: Pick<BatchRow, 'id' | 'endpoint' | 'size_bytes'>,
): AsyncGenerator<Uint8Array> {
  const tail = Buffer.from(lineTail);
  let afterId = 0;
  let written = 0;
  for (;;) {
    const page = await ctx.store.inputPage({
      batchId: batch.id,
      afterId,
      maxBytes: pageBytes,
      limit: pageLines,
    });
    if (page.length === 0) break;
    const parts = page.flatMap(({ id, body }) => [Buffer.from(lineHead(id, batch.endpoint)), body, tail]);
    const bytes = Buffer.concat(parts);
    written += bytes.length;
    if (written > batch.size_bytes) break;
    yield bytes;
    afterId = page.at(-1)?.id ?? afterId;
  }
  if (written !== batch.size_bytes) {
    throw new Error(
      `batch ${batch.id} should have ${batch.size_bytes} bytes of input, the store has ${written}`,
    );
  }
}
