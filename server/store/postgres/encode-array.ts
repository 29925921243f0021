/** Arrays as PostgreSQL takes them in its binary form: no quoting, no hexadecimal, one copy. */
import type { SqlValue } from '../tx.ts';

interface ElementType {
  readonly oid: number;
  encode(value: Exclude<SqlValue, null>): Buffer;
}

function bigint(value: Exclude<SqlValue, null>): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value as number));
  return bytes;
}

function integer(value: Exclude<SqlValue, null>): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(Number(value));
  return bytes;
}

function double(value: Exclude<SqlValue, null>): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(Number(value));
  return bytes;
}

const elementTypes: Readonly<Record<string, ElementType>> = {
  bigint: { oid: 20, encode: bigint },
  integer: { oid: 23, encode: integer },
  'double precision': { oid: 701, encode: double },
  text: { oid: 25, encode: (value) => Buffer.from(storableText(String(value)), 'utf8') },
  bytea: { oid: 17, encode: (value) => asBuffer(value as Uint8Array) },
};

/** PostgreSQL's texts hold no NUL. Ours have none where it would matter; an answer that is quoted in an error may. */
export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u{fffd}') : text;
}

/** Node's bytes without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const nothing = Buffer.from([0xff, 0xff, 0xff, 0xff]);

/**
 * One-dimensional array of a type by its SQL name.
 *
 * @throws Error for a type that no column of ours has
 */
export function encodeArray(type: string, values: readonly SqlValue[]): Buffer {
  const element = elementTypes[type];
  if (!element) throw new Error(`arrays of ${type} are not known here`);
  const head = Buffer.alloc(values.length === 0 ? 12 : 20);
  head.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  head.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  head.writeInt32BE(element.oid, 8);
  if (values.length > 0) {
    head.writeInt32BE(values.length, 12);
    head.writeInt32BE(1, 16);
  }
  const parts: Buffer[] = [head];
  for (const value of values) {
    if (value === null) {
      parts.push(nothing);
      continue;
    }
    const bytes = element.encode(value);
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}
