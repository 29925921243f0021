/** JSON pointers (RFC 6901). */

/** A key as one step of a pointer. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
