/**
 * Puts the byte arrays of many objects into one buffer that can be handed to another thread without a copy. A
 * byte array is often a window on a larger buffer, and cloning it would clone all of that.
 */
export function packBytes<T extends object, K extends keyof T>(
  items: readonly T[],
  fields: readonly K[],
): { readonly items: T[]; readonly buffer: ArrayBuffer } {
  let length = 0;
  for (const item of items) for (const field of fields) length += (item[field] as Uint8Array).length;
  const buffer = new ArrayBuffer(length);
  const target = new Uint8Array(buffer);
  let at = 0;
  const packed = items.map((item) => {
    const copy = { ...item };
    for (const field of fields) {
      const bytes = item[field] as Uint8Array;
      target.set(bytes, at);
      copy[field] = target.subarray(at, at + bytes.length) as T[K];
      at += bytes.length;
    }
    return copy;
  });
  return { items: packed, buffer };
}
