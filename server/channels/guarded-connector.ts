/** Connects to addresses that the guard has checked, one after another, and to nothing else. */
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { NetworkGuard } from './network-guard.ts';

/** @param timeoutMs for each address */
export function guardConnections(guard: NetworkGuard, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false });
  return (options, callback) => {
    guard.resolve(options.hostname).then(
      (addresses) => connectToOne(connect, options, addresses, callback),
      (error: Error) => callback(error, null),
    );
  };
}

function connectToOne(
  connect: buildConnector.connector,
  options: buildConnector.Options,
  [address, ...others]: readonly string[],
  callback: buildConnector.Callback,
): void {
  if (address === undefined) return;
  connect({ ...options, ...nameFor(options), hostname: address }, (error, socket) => {
    if (error === null) callback(null, socket);
    else if (others.length > 0) connectToOne(connect, options, others, callback);
    else callback(error, null);
  });
}

/** The certificate is still checked against the name that was asked for. */
function nameFor({ protocol, hostname, servername }: buildConnector.Options): { servername?: string } {
  if (protocol !== 'https:' || servername) return {};
  const name = hostname.replace(/^\[|\]$/g, '');
  return isIP(name) === 0 ? { servername: name.replace(/\.$/, '') } : {};
}
