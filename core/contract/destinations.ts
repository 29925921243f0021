/** Destinations and redeliveries as the API shows and takes them. Times are ISO 8601, durations milliseconds. */
import Type from 'typebox';
import { breakers } from '../breaker.ts';
import { attemptOutcomes } from '../delivery.ts';
import { destinationTypes } from '../destination.ts';
import { outcomes } from '../request.ts';
import { DeliveryConfigSchema } from './intake.ts';

const nullable = <T extends Type.TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
const time = () => Type.String({ format: 'date-time' });

const day = 86_400_000;
/** Bounds of what may be set: an attempt must end before its lease of a minute does. */
export const policyBounds = {
  attempts: 20,
  pauseMs: 7 * day,
  connectTimeoutMs: 20_000,
  answerTimeoutMs: 25_000,
  concurrency: 1_000,
  ratePerS: 1_000,
  headers: 20,
};

const PolicySchema = Type.Object({
  schedule_ms: Type.Array(Type.Integer(), {
    description: 'Pauses before each attempt, the first included; spread by 20 %.',
  }),
  connect_timeout_ms: Type.Integer(),
  answer_timeout_ms: Type.Integer(),
  concurrency: Type.Integer({
    description: 'Most messages in flight, of each replica: N replicas send up to N times as many.',
  }),
  rate_per_s: nullable(Type.Integer(), 'Most messages a second; null: no limit.'),
  breaker: Type.Enum(['auto', 'off']),
});

const HealthSchema = Type.Object({
  breaker: Type.Enum([...breakers]),
  breaker_opened_at: nullable(time()),
  next_probe_at: nullable(time()),
  failing_since: nullable(time()),
  failures_in_a_row: Type.Integer(),
  last_success_at: nullable(time()),
  last_failure_at: nullable(time()),
  last_failure: nullable(Type.Enum([...attemptOutcomes])),
  last_error: nullable(Type.String()),
  success_count: Type.Integer({ description: 'Attempts since it exists.' }),
  failure_count: Type.Integer(),
  success_share: nullable(Type.Number(), 'From 0 to 1; the last fifty attempts weigh most.'),
  latency_ms: nullable(Type.Number(), 'Time to an answer, smoothed likewise.'),
});

export const DestinationSchema = Type.Object({
  id: Type.Integer(),
  type: Type.Enum([...destinationTypes]),
  address: Type.String({ description: "A webhook's origin with its path prefix, or a broker target." }),
  version: Type.Integer({ description: 'Grows with every edit.' }),
  policy: PolicySchema,
  own_policy: Type.Array(Type.String(), { description: 'What was set here; the rest are defaults.' }),
  header_names: Type.Array(Type.String()),
  authorization: nullable(Type.String(), 'Its scheme; the credentials are never shown.'),
  own_secret: Type.Boolean({ description: 'False: signed with the secret of the installation.' }),
  secret_overlap_until: nullable(time(), 'Until then the secret before the last rotation signs as well.'),
  paused_at: nullable(time()),
  paused_by: nullable(Type.String()),
  health: HealthSchema,
  created_at: time(),
  updated_at: nullable(time()),
  updated_by: nullable(Type.String()),
});

const BoundedSchema = Type.Object({
  count: Type.Integer(),
  more: Type.Boolean({ description: 'True: at least as many.' }),
});

export const DestinationDetailSchema = Type.Object({
  ...DestinationSchema.properties,
  delivering: BoundedSchema,
  delivery_failed: BoundedSchema,
});

export const DestinationListSchema = Type.Object({
  data: Type.Array(DestinationSchema),
  next_cursor: nullable(Type.String()),
});

export const NewDestinationSchema = Type.Object(
  {
    type: Type.Enum([...destinationTypes]),
    address: Type.String({
      minLength: 1,
      maxLength: 2_048,
      description:
        'For a webhook its origin, with a path prefix if those below it shall be a destination of their own; ' +
        'for a broker "queue NAME" or "exchange NAME key KEY".',
    }),
  },
  { additionalProperties: false },
);

const bounded = (least: number, most: number) => Type.Integer({ minimum: least, maximum: most });

export const DestinationEditSchema = Type.Object(
  {
    schedule_ms: Type.Optional(
      nullable(
        Type.Array(bounded(0, policyBounds.pauseMs), { minItems: 1, maxItems: policyBounds.attempts }),
        'Null: the default.',
      ),
    ),
    connect_timeout_ms: Type.Optional(nullable(bounded(10, policyBounds.connectTimeoutMs))),
    answer_timeout_ms: Type.Optional(nullable(bounded(10, policyBounds.answerTimeoutMs))),
    concurrency: Type.Optional(nullable(bounded(1, policyBounds.concurrency))),
    rate_per_s: Type.Optional(nullable(bounded(1, policyBounds.ratePerS))),
    breaker: Type.Optional(Type.Enum(['auto', 'off'])),
    headers: Type.Optional(
      nullable(
        Type.Unsafe<Record<string, string>>({
          type: 'object',
          propertyNames: { maxLength: 128 },
          additionalProperties: Type.String({ maxLength: 4_096 }),
          maxProperties: policyBounds.headers,
        }),
        'Sent with every message; replaces those that were set. Kept encrypted and never shown.',
      ),
    ),
    authorization: Type.Optional(
      nullable(
        Type.Union([
          Type.Object(
            { type: Type.Enum(['bearer']), token: Type.String({ minLength: 1, maxLength: 4_096 }) },
            { additionalProperties: false },
          ),
          Type.Object(
            {
              type: Type.Enum(['basic']),
              username: Type.String({ maxLength: 256 }),
              password: Type.String({ maxLength: 1_024 }),
            },
            { additionalProperties: false },
          ),
        ]),
      ),
    ),
  },
  { additionalProperties: false },
);
export type DestinationEdit = Type.Static<typeof DestinationEditSchema>;

export const RotationSchema = Type.Object(
  {
    secret: Type.Optional(Type.String({ maxLength: 512, description: 'whsec_…; made here when left out.' })),
    overlap_s: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 30 * 86_400,
        description: 'How long the old secret signs as well; a day when left out.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type Rotation = Type.Static<typeof RotationSchema>;

export const RotatedSchema = Type.Object({
  secret: Type.String({ description: 'Shown this once.' }),
  secret_overlap_until: nullable(time()),
});

export const TestSendSchema = Type.Object(
  { path: Type.Optional(Type.String({ maxLength: 2_048, description: 'Below the address; for webhooks.' })) },
  { additionalProperties: false },
);

export const TestResultSchema = Type.Object({
  delivery_id: Type.String(),
  outcome: Type.Enum([...attemptOutcomes]),
  status_code: nullable(Type.Integer()),
  duration_ms: Type.Integer(),
  error_msg: nullable(Type.String()),
  response_excerpt: nullable(Type.String()),
});

export const DestinationAttemptSchema = Type.Object({
  id: Type.Integer(),
  request_id: Type.Integer(),
  custom_id: nullable(Type.String()),
  delivery_id: Type.String(),
  attempt: Type.Integer(),
  outcome: Type.Enum([...attemptOutcomes]),
  status_code: nullable(Type.Integer()),
  duration_ms: Type.Integer(),
  error_msg: nullable(Type.String()),
  response_excerpt: nullable(Type.String()),
  delivery_config: DeliveryConfigSchema,
  config: nullable(Type.Unknown(), 'How the destination was configured then, without secrets.'),
  attempted_at: time(),
});

export const DestinationAttemptListSchema = Type.Object({
  data: Type.Array(DestinationAttemptSchema),
  next_cursor: nullable(Type.String()),
});

const id = () => Type.Integer({ minimum: 1 });

/** At least one of destination, batch, tag, model, endpoint, outcome, since, after or before. */
export const RedeliveryFilterSchema = Type.Object(
  {
    which: Type.Optional(
      Type.Enum(['failed', 'all'], {
        description: 'What failed, or also what was delivered; failed when left out.',
      }),
    ),
    since: Type.Optional(
      Type.String({ description: 'Only what ended at or after this time.', maxLength: 64 }),
    ),
    destination: Type.Optional(id()),
    batch: Type.Optional(id()),
    tag: Type.Optional(Type.String({ maxLength: 128 })),
    model: Type.Optional(Type.String({ maxLength: 256 })),
    endpoint: Type.Optional(Type.String({ maxLength: 256 })),
    outcome: Type.Optional(Type.Enum([...outcomes])),
    after: Type.Optional(
      Type.String({ description: 'Only requests created at or after this time.', maxLength: 64 }),
    ),
    before: Type.Optional(Type.String({ maxLength: 64 })),
    dry_run: Type.Optional(Type.Boolean({ description: 'Only count.' })),
  },
  { additionalProperties: false },
);
export type RedeliveryOrder = Type.Static<typeof RedeliveryFilterSchema>;

export const RedeliverySchema = Type.Object({
  id: Type.Integer(),
  state: Type.Enum(['running', 'done', 'aborted']),
  filter: Type.Unknown(),
  matching: nullable(Type.Integer(), 'When it was ordered; null: more than were counted.'),
  redelivered: Type.Integer({ description: 'So far.' }),
  last_error: nullable(Type.String(), 'Why its last slice failed; it is tried again. Null: it did not.'),
  created_at: time(),
  created_by: Type.String(),
  ended_at: nullable(time()),
  ended_by: nullable(Type.String()),
});

export const RedeliveryListSchema = Type.Object({
  data: Type.Array(RedeliverySchema),
  next_cursor: nullable(Type.String()),
});

export const RedeliveryCountSchema = BoundedSchema;
