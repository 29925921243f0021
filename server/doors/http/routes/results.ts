/** Outcomes as a stream of JSON lines. */
import Type from 'typebox';
import { streamResults } from '../../../views/stream-results.ts';
import { type Door, errors, jsonLines } from '../door.ts';
import { RequestFilterQuery, type RequestQuery, readFilter } from '../query.ts';
import { sendLines } from './batches.ts';

export function resultRoutes({ app, ctx }: Door): void {
  app.get<{ Querystring: RequestQuery }>('/api/results', {
    config: { scopes: ['produce', 'read'] },
    schema: {
      summary: 'Stream outcomes as JSON lines, newest request first',
      description: "Each line is OpenAI's result line with your custom_id, or one of the same shape.",
      tags: ['results'],
      querystring: Type.Object(RequestFilterQuery, { additionalProperties: false }),
      response: { 200: jsonLines, ...errors(422) },
    },
    handler: async ({ query }, reply) =>
      sendLines(reply, streamResults(ctx, readFilter(query)), 'results.jsonl'),
  });
}
