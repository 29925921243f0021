/**
 * Waits for statements that were sent side by side, to the last of them also when one has failed: nothing that an operation
 * has sent may be under way when its transaction is undone.
 *
 * @throws what the first of them failed with, in the order given
 */
export async function sideBySide<T extends readonly unknown[] | []>(
  statements: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(statements);
  return Promise.all(statements);
}
