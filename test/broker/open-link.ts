/** A link and a publisher by themselves, as the service makes them. */
import pino from 'pino';
import { readBrokerUrl } from '../../server/channels/rabbitmq/addresses.ts';
import { BrokerLink, type LinkOptions } from '../../server/channels/rabbitmq/link.ts';
import { Publisher } from '../../server/channels/rabbitmq/publisher.ts';
import { systemClock } from '../../server/engine/clock.ts';
import { Metrics } from '../../server/metrics.ts';

export interface OpenLink {
  readonly link: BrokerLink;
  readonly publisher: Publisher;
}

export function openLink(
  urls: readonly string[],
  change: Partial<LinkOptions> & { readonly declare?: boolean } = {},
): OpenLink {
  const { declare = false, ...more } = change;
  const [first, ...rest] = urls.map((url) => readBrokerUrl(url, 30));
  if (!first) throw new Error('a link needs an address');
  const link = new BrokerLink({
    role: 'publishing',
    addresses: [first, ...rest],
    tls: { ca: null, cert: null, key: null },
    name: 'test',
    clock: systemClock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    metrics: new Metrics(),
    faster: 50,
    ...more,
  });
  link.start();
  return { link, publisher: new Publisher({ link, declare }) };
}
