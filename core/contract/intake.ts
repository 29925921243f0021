/** What a producer posts. Unknown keys are refused everywhere but inside `body`, which is OpenAI's. */
import Type from 'typebox';
import { endpointNames } from '../endpoints.ts';
import { type ErrorCode, errorCodes } from '../errors.ts';

export const customIdLength = { least: 1, most: 512 };
const tagLength = 128;
const metadataBounds = { pairs: 16, name: 64, value: 512 };

/** A producer's own headers of a message. Names are bounded in bytes too, by AMQP: 255. */
export const brokerHeaders = { pairs: 20, name: 128, value: 1_024 };

/** Not Type.Record: it checks keys by a pattern that a line feed escapes, and never their length. */
function textPairs(most: { pairs: number; name: number; value: number }, description: string) {
  return Type.Unsafe<Record<string, string>>({
    type: 'object',
    propertyNames: { maxLength: most.name },
    additionalProperties: Type.String({ maxLength: most.value }),
    maxProperties: most.pairs,
    description,
  });
}

export const DeliveryConfigSchema = Type.Object(
  {
    type: Type.Enum(['webhook', 'rabbitmq', 'none'], { description: 'Where the outcome goes.' }),
    webhook_url: Type.Optional(
      Type.String({
        maxLength: 2_048,
        description: 'For type webhook: an http or https URL. Required there.',
      }),
    ),
    rabbitmq_queue: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'For type rabbitmq: a queue by name.' }),
    ),
    rabbitmq_exchange: Type.Optional(
      Type.String({ maxLength: 255, description: 'For type rabbitmq: an exchange, with a routing key.' }),
    ),
    rabbitmq_routing_key: Type.Optional(Type.String({ maxLength: 255 })),
    rabbitmq_headers: Type.Optional(
      textPairs(
        brokerHeaders,
        'For type rabbitmq: sent with the message. Not secret: shown with the request.',
      ),
    ),
  },
  { additionalProperties: false },
);

export const PostRequestSchema = Type.Object(
  {
    custom_id: Type.String({
      minLength: customIdLength.least,
      maxLength: customIdLength.most,
      description: 'Your id for this request, unique over all requests kept.',
    }),
    url: Type.Enum(endpointNames, { description: "One of OpenAI's batch endpoints." }),
    method: Type.Enum(['POST']),
    delivery_config: DeliveryConfigSchema,
    body: Type.Object(
      { model: Type.String({ minLength: 1, maxLength: 256 }) },
      { additionalProperties: true, description: 'Passed to OpenAI unchanged.' },
    ),
    tag: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: tagLength,
        description: 'Groups requests for lists and costs.',
      }),
    ),
    metadata: Type.Optional(textPairs(metadataBounds, 'Yours; kept and shown, never sent to OpenAI.')),
  },
  { additionalProperties: false },
);

export type PostRequest = Type.Static<typeof PostRequestSchema>;

export const AcceptedSchema = Type.Object({ custom_id: Type.String() });

/** The answer to bulk intake. */
export const BulkTotalsSchema = Type.Object({
  lines: Type.Integer({ description: 'Lines read, blank ones left out.' }),
  accepted: Type.Integer({ description: 'Stored now.' }),
  same: Type.Integer({ description: 'Stored before with the same content.' }),
  refused: Type.Integer(),
  refusals: Type.Array(
    Type.Object({
      line: Type.Integer({ description: '1 for the first.' }),
      code: Type.Enum(Object.keys(errorCodes) as ErrorCode[]),
      detail: Type.String(),
      pointer: Type.Union([Type.String(), Type.Null()]),
    }),
    { description: 'The first 10,000 in detail.' },
  ),
  stopped: Type.Union(
    [
      Type.Object({ code: Type.Enum(Object.keys(errorCodes) as ErrorCode[]), detail: Type.String() }),
      Type.Null(),
    ],
    { description: 'Why the rest of the input was not read; null when all was.' },
  ),
});
