/** Prices: what each model costs, and prices of the operator's own that go before the price list. */
import Type from 'typebox';
import { type NewPrice, NewPriceSchema, PricesSchema } from '../../../../core/contract/prices.ts';
import { removePrice, setPrice } from '../../../operator/prices.ts';
import { pricesView } from '../../../views/price-view.ts';
import { within } from '../console/record-actions.ts';
import { actorOf, bodyErrors, type Door, errors } from '../door.ts';
import { readId, readTime } from '../query.ts';

export function priceRoutes({ app, ctx }: Door): void {
  app.get('/api/prices', {
    config: { scopes: ['read'] },
    schema: {
      summary: 'What each model costs, and the prices that were set',
      tags: ['settings'],
      response: { 200: PricesSchema, ...errors() },
    },
    handler: () => pricesView(ctx),
  });
  app.post<{ Body: NewPrice }>('/api/prices', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Set the price of a model from a date on; what has come since is priced again',
      description: 'Prices are integer nano-dollars for a million tokens: $0.15 is 150000000.',
      tags: ['settings'],
      body: NewPriceSchema,
      response: { 200: PricesSchema, ...errors(...bodyErrors, 422) },
    },
    handler: async (request) => {
      const { from } = request.body;
      const at = from === undefined ? ctx.clock.now() : readTime(from, 'from');
      await setPrice(within(ctx, request), request.body, at, actorOf(request));
      return pricesView(ctx);
    },
  });
  app.delete<{ Params: { id: string } }>('/api/prices/:id', {
    config: { scopes: ['operate'] },
    schema: {
      summary: 'Take a price back: the one before it, or the price list, holds again',
      tags: ['settings'],
      params: Type.Object({ id: Type.String() }),
      response: { 200: PricesSchema, ...errors(...bodyErrors, 404, 422) },
    },
    handler: async (request) => {
      await removePrice(within(ctx, request), readId(request.params.id, 'id'), actorOf(request));
      return pricesView(ctx);
    },
  });
}
