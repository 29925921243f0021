/** The input file as a stream of pages from the store: never whole in memory, never on our disk. */
import type { Context } from '../../context.ts';
import type { BatchRow } from '../../store/rows.ts';

/**
 * By database. From SQLite a larger page is a little cheaper, but holds up the thread for longer, and pages that are done
 * with pile up as garbage. From PostgreSQL each page costs two round trips, and nobody waits for it here.
 */
const pageBytes = { sqlite: 250_000, postgres: 1_000_000 };
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
  const maxBytes = pageBytes[ctx.store.dialect];
  const limit = linesOf(batch, maxBytes);
  const lines = { batchId: batch.id, endpoint: batch.endpoint, maxBytes, limit };
  let written = 0;
  let page = await ctx.store.inputPage({ ...lines, afterId: 0 });
  while (page) {
    written += page.bytes.length;
    if (written > batch.size_bytes) break;
    // The next one comes while this one is sent.
    const next = ctx.store.inputPage({ ...lines, afterId: page.lastId });
    next.catch(() => {});
    yield page.bytes;
    page = await next;
  }
  if (written !== batch.size_bytes) {
    throw new Error(
      `batch ${batch.id} should have ${batch.size_bytes} bytes of input, the store has ${written}`,
    );
  }
}

/** As many as fill a page when they are of one size: the store looks through no more to know where a page ends. */
function linesOf(
  { size_bytes, request_count }: Pick<BatchRow, 'size_bytes' | 'request_count'>,
  maxBytes: number,
): number {
  return Math.min(pageLines, Math.ceil((maxBytes * request_count) / Math.max(1, size_bytes)) + 1);
}
