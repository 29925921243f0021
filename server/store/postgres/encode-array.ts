/** Arrays as PostgreSQL takes them in its binary form: no quoting, no hexadecimal, one copy. */
import type { SqlValue } from '../tx.ts';

type Value = Exclude<SqlValue, null>;

/** Types whose values have one length, written where they stand. */
interface FixedType {
  readonly oid: number;
  readonly bytes: number;
  write(target: Buffer, value: Value, at: number): void;
}

interface VaryingType {
  readonly oid: number;
  encode(value: Value): Buffer;
}

/** Numbers of ours are safe integers: two halves are cheaper than a BigInt. */
function writeBigint(target: Buffer, value: Value, at: number): void {
  const high = Math.floor(Number(value) / 2 ** 32);
  target.writeInt32BE(high, at);
  target.writeUInt32BE(Number(value) - high * 2 ** 32, at + 4);
}

const fixedTypes: Readonly<Record<string, FixedType>> = {
  bigint: { oid: 20, bytes: 8, write: writeBigint },
  integer: { oid: 23, bytes: 4, write: (target, value, at) => target.writeInt32BE(Number(value), at) },
  'double precision': {
    oid: 701,
    bytes: 8,
    write: (target, value, at) => target.writeDoubleBE(Number(value), at),
  },
};

const varyingTypes: Readonly<Record<string, VaryingType>> = {
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

const nullLength = -1;

/**
 * One-dimensional array of a type by its SQL name.
 *
 * @throws Error for a type that no column of ours has
 */
export function encodeArray(type: string, values: readonly SqlValue[]): Buffer {
  const fixed = fixedTypes[type];
  if (fixed) return encodeFixed(fixed, values);
  const varying = varyingTypes[type];
  if (!varying) throw new Error(`arrays of ${type} are not known here`);
  return encodeVarying(varying, values);
}

function encodeFixed({ oid, bytes, write }: FixedType, values: readonly SqlValue[]): Buffer {
  const array = Buffer.allocUnsafe(headBytes(values) + values.length * (4 + bytes));
  let at = writeHead(array, oid, values);
  for (const value of values) {
    array.writeInt32BE(value === null ? nullLength : bytes, at);
    at += 4;
    if (value === null) continue;
    write(array, value, at);
    at += bytes;
  }
  return array.subarray(0, at);
}

function encodeVarying({ oid, encode }: VaryingType, values: readonly SqlValue[]): Buffer {
  const encoded = values.map((value) => (value === null ? null : encode(value)));
  const content = encoded.reduce((sum, bytes) => sum + 4 + (bytes?.length ?? 0), 0);
  const array = Buffer.allocUnsafe(headBytes(values) + content);
  let at = writeHead(array, oid, values);
  for (const bytes of encoded) {
    array.writeInt32BE(bytes?.length ?? nullLength, at);
    at += 4;
    if (bytes) at += bytes.copy(array, at);
  }
  return array;
}

function headBytes(values: readonly SqlValue[]): number {
  return values.length === 0 ? 12 : 20;
}

/** Dimensions, whether any is null, the type; then how many there are, and that counting begins at 1. */
function writeHead(array: Buffer, oid: number, values: readonly SqlValue[]): number {
  array.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  array.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(oid, 8);
  if (values.length === 0) return 12;
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  return 20;
}
