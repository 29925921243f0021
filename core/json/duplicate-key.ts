/** The first key that was there before, in the order of the members; null when all differ. */
export function findDuplicateKey(members: Iterable<{ readonly key: string }>): string | null {
  const seen = new Set<string>();
  for (const { key } of members) {
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return null;
}
