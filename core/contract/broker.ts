/** How the connections to RabbitMQ stand, for people. */
import Type from 'typebox';

const LinkSchema = Type.Object({
  state: Type.Enum(['stopped', 'connecting', 'connected', 'blocked', 'waiting'], {
    description: 'blocked: connected, but the broker takes nothing. waiting: pauses before the next try.',
  }),
  broker: Type.String({ description: 'Host and port, without credentials.' }),
  since: Type.String({ format: 'date-time' }),
  reason: Type.Union([Type.String(), Type.Null()]),
});

export const BrokerSchema = Type.Object({
  configured: Type.Boolean({ description: 'Is RABBITMQ_URL set?' }),
  publishing: Type.Union([LinkSchema, Type.Null()]),
  consuming: Type.Union([LinkSchema, Type.Null()]),
  input: Type.Union([
    Type.Object({
      queue: Type.String(),
      state: Type.Enum(['off', 'consuming', 'resting'], {
        description: 'resting: a fault on our side, the next try follows.',
      }),
      reason: Type.Union([Type.String(), Type.Null()]),
    }),
    Type.Null(),
  ]),
});

export type BrokerView = Type.Static<typeof BrokerSchema>;
