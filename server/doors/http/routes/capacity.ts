/** What is enqueued at OpenAI, by model family, and how much may be. */
import { CapacitySchema } from '../../../../core/contract/capacity.ts';
import { capacityView } from '../../../views/capacity-view.ts';
import { type Door, errors } from '../door.ts';

export function capacityRoutes({ app, ctx }: Door): void {
  app.get('/api/capacity', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'Look at the ledger: caps, what is reserved, what waits, and whether money is short',
      tags: ['capacity'],
      response: { 200: CapacitySchema, ...errors() },
    },
    handler: async () => capacityView(ctx),
  });
}
