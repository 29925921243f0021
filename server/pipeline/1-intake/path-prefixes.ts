/** Keeps in mind which path prefixes are destinations of their own, so that intake need not ask for each request. */
import type { Context } from '../../context.ts';

/** Read at the start, after each that is made here, and once in a while for those that are made elsewhere. */
export async function refreshPrefixes({
  store,
  prefixes,
}: Pick<Context, 'store' | 'prefixes'>): Promise<void> {
  const found = new Map<string, string[]>();
  for (const { address } of await store.listPrefixed()) {
    const { origin } = new URL(address);
    found.set(origin, [...(found.get(origin) ?? []), address.slice(origin.length)]);
  }
  prefixes.clear();
  for (const [origin, paths] of found)
    prefixes.set(
      origin,
      paths.sort((a, b) => b.length - a.length),
    );
}
