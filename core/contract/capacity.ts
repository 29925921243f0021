/** The ledger of what is enqueued at OpenAI, as the API shows it. Tokens are prompt tokens. */
import Type from 'typebox';

const nullable = <T extends Type.TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
const time = Type.String({ format: 'date-time' });
const source = Type.Enum(['operator', 'stated', 'tier', 'assumed'], {
  description: 'Set by an operator, stated by OpenAI, from the tier table, or assumed.',
});
const freesNext = nullable(
  Type.Integer(),
  'The batch that has been at OpenAI for longest: its end frees the next room.',
);

export const WaitingSchema = Type.Object({
  for: Type.Enum(['room', 'turn', 'proof', 'pause', 'funding', 'hour']),
  reason: Type.String({ description: 'In a sentence.' }),
  family: Type.String({ description: 'Models that share the cap.' }),
  reserved: Type.Integer({ description: 'Tokens of the family at OpenAI now.' }),
  cap: Type.Integer(),
  cap_source: source,
  usable: Type.Integer({
    description: 'What of the cap is filled; less after rejections that the ledger did not explain.',
  }),
  estimate: Type.Integer({ description: 'Tokens of this batch, corrected by real usage.' }),
  reserved_requests: Type.Integer({ description: 'Embedding requests of the family at OpenAI now.' }),
  request_cap: Type.Integer({ description: 'Embedding requests that may be enqueued.' }),
  requests: Type.Integer({ description: 'Embedding requests of this batch; 0 for other endpoints.' }),
  frees_next: freesNext,
  since: nullable(time),
  next_try_at: nullable(time),
});

export const CapacitySchema = Type.Object({
  funding: Type.Object({
    blocked: Type.Boolean({ description: 'OpenAI refuses work for want of money; probes are sent.' }),
    since: nullable(time),
    message: nullable(Type.String()),
    next_probe_at: nullable(time),
  }),
  families: Type.Array(
    Type.Object({
      family: Type.String(),
      cap: Type.Integer(),
      cap_source: source,
      usable: Type.Integer(),
      reserved: Type.Integer(),
      request_cap: Type.Integer({ description: 'Embedding requests that may be enqueued.' }),
      reserved_requests: Type.Integer(),
      batches: Type.Integer({ description: 'At OpenAI, or being created there.' }),
      waiting_batches: Type.Integer(),
      waiting_tokens: Type.Integer({ description: 'Not corrected by usage.' }),
      frees_next: freesNext,
      rejections: Type.Integer({ description: 'Batches turned away so far.' }),
      held_until: nullable(time, 'A pause after rejections that the ledger does not explain.'),
      last_rejection: nullable(Type.String(), "In OpenAI's words."),
      last_rejection_at: nullable(time),
    }),
  ),
  estimates: Type.Array(
    Type.Object({
      endpoint: Type.String(),
      model: Type.String(),
      real_by_estimated: Type.Number({ description: 'Real tokens divided by estimated ones.' }),
      batches: Type.Integer({ description: 'Learned from so many.' }),
    }),
  ),
});
