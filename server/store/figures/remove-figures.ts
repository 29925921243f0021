import type { Tx } from '../tx.ts';

/** Figures of hours and days that nobody asks for any more; by primary key. */
export async function removeFigures(tx: Tx, input: { readonly before: number }): Promise<void> {
  await tx.run('delete from hour_counts where hour < ?', input.before);
  await tx.run('delete from day_costs where day < ?', input.before);
}
