import { ApiError } from '../http/api-error.ts';

const mostPairs = 16;
const longestKey = 64;
const longestValue = 512;

/**
 * Up to 16 pairs of texts, or nothing (spec).
 *
 * @throws ApiError 400 that names the pair (real API, recorded tests, 2025)
 */
export function checkMetadata(value: unknown): Readonly<Record<string, string>> | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw invalidType('metadata', 'an object', value);
  }
  const pairs = Object.entries(value);
  if (pairs.length > mostPairs) {
    const message = `Invalid 'metadata': too many properties. Expected at most ${mostPairs}, but got ${pairs.length}.`;
    throw new ApiError(400, { message, param: 'metadata', code: 'object_above_max_properties' });
  }
  for (const [key, text] of pairs) {
    const param = `metadata.${key}`;
    if (typeof text !== 'string') throw invalidType(param, 'a string', text);
    if (key.length > longestKey) {
      const message = `Invalid property name in 'metadata': expected at most ${longestKey} characters.`;
      throw new ApiError(400, { message, param: 'metadata', code: 'invalid_property_name' });
    }
    if (text.length > longestValue) {
      const message = `Invalid '${param}': string too long. Expected at most ${longestValue} characters.`;
      throw new ApiError(400, { message, param, code: 'string_above_max_length' });
    }
  }
  return Object.fromEntries(pairs);
}

function invalidType(param: string, expected: string, got: unknown): ApiError {
  const message = `Invalid type for '${param}': expected ${expected}, but got ${nameType(got)} instead.`;
  return new ApiError(400, { message, param, code: 'invalid_type' });
}

function nameType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
