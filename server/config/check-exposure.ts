/** Security by default: loopback without credentials, anything else only with them. */
import { ConfigError } from './config-error.ts';
import { isLoopback } from './loopback.ts';
import type { Settings } from './settings.ts';

/**
 * @param keyCount keys that are valid, from the environment or made by command
 * @throws ConfigError when the service would serve other hosts without credentials
 */
export function checkExposure(settings: Pick<Settings, 'HOST' | 'AUTH'>, keyCount: number): void {
  if (isLoopback(settings.HOST) || settings.AUTH === 'none' || keyCount > 0) return;
  throw new ConfigError([
    `HOST=${settings.HOST} would serve other machines without credentials. Either give keys, for example ` +
      'API_KEYS=app:produce+read:<key>,admin:operate:<key> (a key: openssl rand -hex 32), ' +
      'or listen on HOST=127.0.0.1, or set AUTH=none if something in front of it checks callers.',
  ]);
}
