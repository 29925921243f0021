/** Bulk intake: JSON lines in, totals out after the input has ended. */
import type { Readable } from 'node:stream';
import Type from 'typebox';
import { ErrorFormSchema } from '../../../../core/contract/errors.ts';
import { BulkTotalsSchema } from '../../../../core/contract/intake.ts';
import { AppError, errorCodes } from '../../../../core/errors.ts';
import { BulkIntake } from '../../../pipeline/1-intake/accept-bulk.ts';
import type { Completion } from '../../../pipeline/1-intake/read-arrival.ts';
import { type Door, errors } from '../door.ts';
import { inflate } from '../inflate.ts';

const lineTypes = ['application/jsonl', 'application/x-ndjson', 'application/jsonlines', 'text/plain'];

const cutShort = Type.Union([BulkTotalsSchema, ErrorFormSchema]);

interface BulkQuery {
  readonly delivery?: 'webhook' | 'none';
  readonly webhook_url?: string;
  readonly tag?: string;
}

export function bulkRoutes({ app, ctx, entrance, intake }: Door): void {
  app.addContentTypeParser(lineTypes, (_request, body, done) => done(null, body));
  app.post<{ Querystring: BulkQuery; Body: Readable }>('/api/requests/bulk', {
    config: { scopes: ['produce'], streams: true },
    schema: {
      summary: 'Send many requests as JSON lines',
      description:
        "One request a line, in the form of POST /api/requests, or in OpenAI's own batch-file form with the " +
        'delivery in the query. Content-Encoding gzip is taken. Lines are stored as they arrive; the answer comes ' +
        'after the last one. A cut stream keeps what was stored, and sending it again is safe.',
      tags: ['requests'],
      consumes: lineTypes,
      querystring: Type.Object(
        {
          delivery: Type.Optional(Type.Enum(['webhook', 'none'], { description: 'For lines without one.' })),
          webhook_url: Type.Optional(Type.String({ maxLength: 2_048 })),
          tag: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
        },
        { additionalProperties: false },
      ),
      response: {
        200: BulkTotalsSchema,
        ...errors(415, 422),
        // Totals where reading stopped half-way, the error form where it never began.
        ...Object.fromEntries([400, 413, 500, 503].map((status) => [status, cutShort])),
      },
    },
    handler: async (request, reply) => {
      entrance.check();
      const lines = inflate(request.body, request.headers['content-encoding']);
      const totals = await new BulkIntake(ctx, entrance, intake.targets, completionOf(request.query)).read(
        lines,
      );
      return reply.code(totals.stopped ? errorCodes[totals.stopped.code].status : 200).send(totals);
    },
  });
}

function completionOf({ delivery, webhook_url, tag }: BulkQuery): Completion | undefined {
  if (delivery === undefined) return undefined;
  if (delivery === 'webhook' && webhook_url === undefined) {
    throw new AppError('validation_error', 'is missing: delivery=webhook needs it.', {
      pointer: '/webhook_url',
    });
  }
  return {
    delivery_config: { type: delivery, ...(webhook_url === undefined ? {} : { webhook_url }) },
    ...(tag === undefined ? {} : { tag }),
  };
}
