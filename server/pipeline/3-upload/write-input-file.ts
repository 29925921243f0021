/** The input file as a stream of pages from the store: never whole in memory, never on our disk. */
import type { Context } from '../../context.ts';
import type { BatchRow } from '../../store/rows.ts';

/** A larger page is a little cheaper, but holds up the thread for longer, and pages that are done with pile up as garbage. */
const pageBytes = 250_000;
const pageLines = 2_000;

/**
 * Yields the file's bytes, a quarter of a megabyte at a time.
 *
 * @throws Error when the store holds other than the closed batch promised, before a wrong file can be complete
 */
export async function* writeInputFile(
  ctx: Pick<Context, 'store'>,
  batch: Pick<BatchRow, 'id' | 'endpoint' | 'size_bytes' | 'request_count'>,
): AsyncGenerator<Uint8Array> {
  const lines = { batchId: batch.id, endpoint: batch.endpoint, maxBytes: pageBytes, limit: linesOf(batch) };
  let afterId = 0;
  let written = 0;
  for (;;) {
    const page = await ctx.store.inputPage({ ...lines, afterId });
    if (!page) break;
    written += page.bytes.length;
    if (written > batch.size_bytes) break;
    yield page.bytes;
    afterId = page.lastId;
  }
  if (written !== batch.size_bytes) {
    throw new Error(
      `batch ${batch.id} should have ${batch.size_bytes} bytes of input, the store has ${written}`,
    );
  }
}

/** As many as fill a page when they are of one size: the store looks through no more to know where a page ends. */
function linesOf({ size_bytes, request_count }: Pick<BatchRow, 'size_bytes' | 'request_count'>): number {
  return Math.min(pageLines, Math.ceil((pageBytes * request_count) / Math.max(1, size_bytes)) + 1);
}
