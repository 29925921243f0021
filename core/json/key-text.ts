// A byte order mark inside a key is part of the key.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const longestRemembered = 32;
const slots = 512;
/** Keys met before, by a hash of their bytes: the same few come with every request. Only ever a shortcut. */
const remembered: string[] = new Array(slots).fill('');

/**
 * The text of the key that stands between `start` and `end`, quotes included, as JSON.parse would give it.
 *
 * Decoding is what costs most in a walk over a small request, hence the memory for short ASCII keys.
 */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  const last = end - 1;
  const length = last - start - 1;
  if (length > longestRemembered) return decodedKey(bytes, start, end);
  let hash = length;
  let all = 0;
  for (let at = start + 1; at < last; at++) {
    const byte = bytes[at]!;
    if (byte === 0x5c) return decodedKey(bytes, start, end);
    all |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (all > 0x7f) return decodedKey(bytes, start, end);
  const slot = (hash ^ (hash >>> 9)) & (slots - 1);
  const known = remembered[slot]!;
  if (known.length === length && isSame(known, bytes, start + 1)) return known;
  const text = decodedKey(bytes, start, end);
  remembered[slot] = text;
  return text;
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== bytes[start + at]) return false;
  }
  return true;
}

function decodedKey(bytes: Uint8Array, start: number, end: number): string {
  const quoted = decoder.decode(bytes.subarray(start, end));
  return quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
}
