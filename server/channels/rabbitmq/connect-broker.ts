/** Opens one connection. */
import { type ChannelModel, connect } from 'amqplib';
import type { BrokerAddress } from './addresses.ts';

export interface BrokerTls {
  /** PEM texts; null leaves Node's own trust, and no certificate of ours. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

const timeoutMs = 10_000;

/**
 * @param name shown by the broker's own tools
 * @throws Error of the socket, of TLS, or of the broker's refusal
 */
export function connectBroker(
  { options }: BrokerAddress,
  tls: BrokerTls,
  name: string,
): Promise<ChannelModel> {
  return connect(options, {
    // Without it a single small frame waits 40 ms for company.
    noDelay: true,
    timeout: timeoutMs,
    clientProperties: { connection_name: name },
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
  });
}
