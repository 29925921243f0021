/**
 * A page of another site can give its own name the address of this machine (DNS rebinding), and is then, to its
 * browser, a page of ours. Where no key protects the service, the name that it was asked by has to be one that nobody
 * else can own.
 */
import { isIP } from 'node:net';
import { AppError } from '../../../core/errors.ts';
import type { Settings } from '../../config/settings.ts';

/**
 * An address, a name without a dot, a name below `localhost`, and PUBLIC_URL are ours. AUTH=none asks nobody.
 *
 * @param host the `host` header
 * @throws AppError `forbidden`
 */
export function refuseForeignHost(
  { AUTH, PUBLIC_URL }: Pick<Settings, 'AUTH' | 'PUBLIC_URL'>,
  host: string | undefined,
): void {
  if (AUTH === 'none' || host === undefined) return;
  const name = nameOf(`http://${host}`);
  const isOurs =
    isIP(name) !== 0 ||
    !name.includes('.') ||
    name.endsWith('.localhost') ||
    (PUBLIC_URL !== null && name === nameOf(PUBLIC_URL));
  if (isOurs) return;
  throw new AppError(
    'forbidden',
    `Without keys this service answers to its address and to localhost, not to ${JSON.stringify(name)}. ` +
      'Make an API key, or set PUBLIC_URL to the name that it is reached by.',
  );
}

function nameOf(url: string): string {
  if (!URL.canParse(url)) return 'not.a.name';
  return new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
