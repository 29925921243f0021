/** Secrets that the service makes for itself when nobody gave them: once, beside the database, readable by us alone. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Reads a secret file, or makes it. */
export function keepSecret(databasePath: string, name: string, make: () => string): string {
  const folder = dirname(databasePath);
  const path = join(folder, name);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
  mkdirSync(folder, { recursive: true });
  const secret = make();
  writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return secret;
}
