import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkExposure } from '../../../config/check-exposure.ts';
import { ConfigError } from '../../../config/config-error.ts';
import type { Settings } from '../../../config/settings.ts';
import { inspectDatabase as inspectPostgres } from '../../../store/postgres/inspect-database.ts';
import { explainUnfinished } from '../../../store/postgres/unfinished-copy.ts';
import { type DatabaseFacts, inspectDatabase } from '../../../store/sqlite/inspect-database.ts';
import { explainMark } from '../../../store/sqlite/moved-mark.ts';
import { bytesInWords, plural } from '../in-words.ts';
import type { Finding } from './finding.ts';

const leastPostgres = 15;
const untoldTimeline =
  'this server keeps its timeline to itself (pg_walfile_name): give "openai-batch-manager restored" after a ' +
  'point-in-time recovery or a fail-over, which cannot be recognised.';

/** The file, its folder, its schema, and whether its keys allow what HOST wants. */
export async function checkDatabase(settings: Settings): Promise<Finding[]> {
  const what = 'database';
  if (settings.DATABASE_URL !== null) return checkPostgres(settings, settings.DATABASE_URL);
  const path = settings.DATABASE_PATH;
  const folder = nearestFolder(dirname(resolve(path)));
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return [
      {
        verdict: 'FAIL',
        what,
        about: `${folder} cannot be written to; give this user the right, or set DATABASE_PATH.`,
      },
    ];
  }
  try {
    const facts = inspectDatabase(path);
    return [{ what, ...describe(path, facts) }, ...checkKeys(settings, facts)];
  } catch (error) {
    const about = `${path} cannot be read: ${(error as Error).message}. Set DATABASE_PATH, or restore a backup.`;
    return [{ verdict: 'FAIL', what, about }];
  }
}

async function checkPostgres(settings: Settings, url: string): Promise<Finding[]> {
  const what = 'database';
  try {
    const facts = await inspectPostgres(url);
    const { server, version, taken, pending, bytes, replicas, unfinishedCopy } = facts;
    if (version > taken.length) {
      const about = `schema ${version} is of a newer program. Start that one.`;
      return [{ verdict: 'FAIL', what, about }];
    }
    if (unfinishedCopy) return [{ verdict: 'FAIL', what, about: explainUnfinished }];
    if (Number.parseInt(server, 10) < leastPostgres) {
      const about = `PostgreSQL ${server} is too old; ${leastPostgres} or newer is needed.`;
      return [{ verdict: 'FAIL', what, about }];
    }
    const schema =
      pending.length === 0
        ? 'newest schema'
        : `${plural(pending.length, 'migration')} to come at the next start`;
    const about = `PostgreSQL ${server}, ${bytesInWords(bytes)}, ${schema}, ${plural(replicas, 'replica')} running`;
    const told: Finding[] = facts.tellsTimeline ? [] : [{ verdict: 'warn', what, about: untoldTimeline }];
    return [{ verdict: 'ok', what, about }, ...told, ...checkKeys(settings, facts)];
  } catch (error) {
    return [{ verdict: 'FAIL', what, about: (error as Error).message }];
  }
}

function describe(path: string, facts: DatabaseFacts): Pick<Finding, 'verdict' | 'about'> {
  const { exists, version, taken, pending, bytes, inUse, moved } = facts;
  if (!exists) return { verdict: 'ok', about: `${path} will be made at the first start` };
  if (version > taken.length) {
    return { verdict: 'FAIL', about: `${path} has schema ${version} of a newer program. Start that one.` };
  }
  if (moved) return { verdict: 'FAIL', about: explainMark(path, moved) };
  const schema =
    pending.length === 0
      ? 'newest schema'
      : `${plural(pending.length, 'migration')} to come at the next start`;
  return {
    verdict: 'ok',
    about: `${path}, ${bytesInWords(bytes)}, ${schema}${inUse ? ', in use by a running service' : ''}`,
  };
}

function checkKeys(settings: Settings, { apiKeys }: { readonly apiKeys: number }): Finding[] {
  const what = 'access';
  const count = apiKeys + settings.API_KEYS.length;
  try {
    checkExposure(settings, count);
    return [
      {
        verdict: 'ok',
        what,
        about: `${settings.HOST}, ${count === 0 ? 'no keys needed' : plural(count, 'API key')}`,
      },
    ];
  } catch (error) {
    const [about = ''] = error instanceof ConfigError ? error.complaints : [(error as Error).message];
    return [{ verdict: 'FAIL', what, about }];
  }
}

/** The folder, or the nearest one above it that exists. */
export function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}
