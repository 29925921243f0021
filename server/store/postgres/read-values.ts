/** Values as operations expect them, the same as from SQLite: numbers, texts, bytes. */
import pg from 'pg';

/** Types whose text is a number: int8, int4, int2, float8, float4, numeric (a sum of int8). */
const numbers = new Set([20, 23, 21, 701, 700, 1700]);
const boolean = 16;

function readNumber(text: string): number {
  return Number(text);
}

function readBoolean(text: string): number {
  return text === 't' ? 1 : 0;
}

function readText(text: string): string {
  return text;
}

const bytea = 17;
const readBytes = pg.types.getTypeParser(bytea, 'text') as (text: string) => Buffer;

/** For a client's `types`. What is none of ours stays text. */
export const valueTypes = {
  getTypeParser: (oid: number) => {
    if (numbers.has(oid)) return readNumber;
    if (oid === boolean) return readBoolean;
    return oid === bytea ? readBytes : readText;
  },
} as unknown as pg.CustomTypesConfig;
