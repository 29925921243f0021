import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import { bytesInWords } from '../in-words.ts';
import { nearestFolder } from './check-database.ts';
import type { Finding } from './finding.ts';

/** Room for about one day of large work: below this many times the low-water mark a person should know. */
const comfortable = 5;

export async function checkDisk({
  DATABASE_URL,
  DATABASE_PATH,
  DISK_LOW_BYTES,
}: Settings): Promise<Finding[]> {
  // PostgreSQL's disk is elsewhere.
  if (DATABASE_URL !== null) return [];
  const folder = nearestFolder(dirname(resolve(DATABASE_PATH)));
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const about = `${bytesInWords(free)} free at ${folder}`;
  const low = bytesInWords(DISK_LOW_BYTES);
  if (free < DISK_LOW_BYTES) {
    return [
      {
        verdict: 'FAIL',
        what: 'disk',
        about: `${about}; below ${low} (DISK_LOW_BYTES) intake answers 503. Make room.`,
      },
    ];
  }
  if (free < DISK_LOW_BYTES * comfortable) {
    return [
      { verdict: 'warn', what: 'disk', about: `${about}; intake is shut below ${low} (DISK_LOW_BYTES).` },
    ];
  }
  return [{ verdict: 'ok', what: 'disk', about }];
}
