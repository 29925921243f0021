/** How the connections to RabbitMQ stand. */
import { BrokerSchema } from '../../../../core/contract/broker.ts';
import { viewBroker } from '../../../views/broker-view.ts';
import { type Door, errors } from '../door.ts';

export function brokerRoutes({ app, broker }: Door): void {
  app.get('/api/broker', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'Is RabbitMQ connected?',
      tags: ['health'],
      response: { 200: BrokerSchema, ...errors() },
    },
    handler: async () => viewBroker(broker),
  });
}
