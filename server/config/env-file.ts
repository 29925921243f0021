/** The environment, completed by a `.env` file in the working directory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.ts';
import type { Environment } from './read-settings.ts';

export interface CompletedEnvironment {
  readonly env: Environment;
  /** Names whose value came from the file. */
  readonly fromFile: ReadonlySet<string>;
}

/**
 * What the real environment sets wins over the file, also with an empty value.
 *
 * @throws ConfigError when there is a file that cannot be read
 */
export function readEnvFile(folder: string, env: Environment): CompletedEnvironment {
  const path = join(folder, '.env');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return { env, fromFile: new Set() };
    throw new ConfigError([`${path} cannot be read (${code}).`]);
  }
  const added = Object.entries(parseEnv(text)).filter(([name]) => env[name] === undefined);
  return { env: { ...Object.fromEntries(added), ...env }, fromFile: new Set(added.map(([name]) => name)) };
}
