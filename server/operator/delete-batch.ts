import { AppError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { illegalMove } from './find-batch.ts';

/** Deletes a batch that has all its outcomes, with its requests, results and remote files. @returns requests that go with it */
export async function deleteWholeBatch(
  ctx: Context,
  id: number,
  options: { readonly evenUndelivered: boolean; readonly actor: string },
): Promise<number> {
  const now = ctx.clock.now();
  const deletion = await ctx.store.deleteBatch({
    batchId: id,
    evenUndelivered: options.evenUndelivered,
    filesDueAt: now + ctx.settings.REMOTE_FILES_KEEP_MS,
    now,
  });
  switch (deletion.kind) {
    case 'deleting':
      ctx.log.info({ event: 'batch_deleted', batch: id, requests: deletion.requests, actor: options.actor });
      ctx.wakeUps.wake('upkeep');
      return deletion.requests;
    case 'not_found':
      throw new AppError('not_found', `There is no batch ${id}.`);
    case 'too_early':
      throw illegalMove(id, 'deleted', deletion.state, 'Cancel it first, or wait until it has its outcomes.');
    case 'undelivered':
      throw new AppError(
        'illegal_move',
        `Batch ${id} has ${deletion.count} outcomes that were not delivered. ` +
          'Add undelivered=true to delete them as well.',
      );
  }
}
