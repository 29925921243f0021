/** Broker addresses as an operator writes them: amqp or amqps URLs, the first that answers is used. */
import type { Options } from 'amqplib';

export interface BrokerAddress {
  /** Host, port and virtual host, for people; never credentials. */
  readonly name: string;
  readonly options: Options.Connect;
}

/** @param url as the settings have checked it */
export function readBrokerUrl(url: string, heartbeatS: number): BrokerAddress {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const tls = protocol === 'amqps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const portNumber = port === '' ? (tls ? 5671 : 5672) : Number(port);
  // Still percent-encoded: amqplib decodes it. No path at all means the default virtual host.
  const vhost = pathname.length > 1 ? pathname.slice(1) : '%2F';
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const named = username !== '' || password !== '';
  return {
    name: `${shownHost}:${portNumber}${vhost === '%2F' ? '' : `/${decodeURIComponent(vhost)}`}`,
    options: {
      protocol: tls ? 'amqps' : 'amqp',
      hostname: host,
      port: portNumber,
      vhost,
      heartbeat: heartbeatS,
      ...(named ? { username: decodeURIComponent(username), password: decodeURIComponent(password) } : {}),
    },
  };
}
