/** Every schema change in order. The position in this list is the version; entries are never edited. */
import { theLine } from './0001-the-line.ts';

interface Migration {
  readonly name: string;
  readonly up: string;
}

export const migrations: readonly Migration[] = [{ name: '0001-the-line', up: theLine }];
