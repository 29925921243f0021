/** WEBHOOK_PRIVATE_NETWORKS: which loopback and private targets webhooks may have. */
import { isIP } from 'node:net';
import { isLoopback } from './loopback.ts';

const name = /^\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

function isRange(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  if (family === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function entries(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function checkPrivateNetworks(text: string): string | null {
  if (text === 'allow' || text === 'refuse') return null;
  const wrong = entries(text).find((entry) => !isRange(entry) && (!name.test(entry) || entry.includes('/')));
  if (wrong === undefined) return null;
  return `must be allow, refuse, or a list of names and ranges such as receiver.internal,.svc.local,10.0.0.0/8; "${wrong}" is none.`;
}

/** Without the setting: what is bound to loopback may reach its neighbours, anything else may not. */
export function readPrivateNetworks({
  WEBHOOK_PRIVATE_NETWORKS: text,
  HOST,
}: {
  readonly WEBHOOK_PRIVATE_NETWORKS: string | null;
  readonly HOST: string;
}): 'allow' | 'refuse' | { readonly names: readonly string[]; readonly ranges: readonly string[] } {
  if (text === null) return isLoopback(HOST) ? 'allow' : 'refuse';
  if (text === 'allow' || text === 'refuse') return text;
  const all = entries(text);
  return {
    names: all.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()),
    ranges: all.filter(isRange),
  };
}
