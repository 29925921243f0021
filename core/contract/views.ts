/** What the API shows. Times are ISO 8601, money is integer nano-dollars (1e-9 USD). */
import Type from 'typebox';
import { batchConditions, batchMoves, batchStates, handOvers } from '../batch.ts';
import { attemptOutcomes } from '../delivery.ts';
import { outcomes, requestStates } from '../request.ts';
import { failures } from '../successors.ts';
import { WaitingSchema } from './capacity.ts';
import { DeliveryConfigSchema } from './intake.ts';

const nullable = <T extends Type.TSchema>(schema: T, options: { description?: string } = {}) =>
  Type.Union([schema, Type.Null()], options);
const time = (description?: string) =>
  Type.String({ format: 'date-time', ...(description === undefined ? {} : { description }) });
const count = (description?: string) =>
  Type.Integer({ ...(description === undefined ? {} : { description }) });

const UsageSchema = Type.Object({
  input_tokens: Type.Integer(),
  cached_tokens: Type.Integer(),
  output_tokens: Type.Integer(),
  reasoning_tokens: Type.Integer(),
});

const CostSchema = Type.Object({
  list_nano_usd: Type.Integer({ description: 'What a synchronous call would have cost.' }),
  paid_nano_usd: Type.Integer(),
  saved_nano_usd: Type.Integer(),
});

export const AttemptSchema = Type.Object({
  id: Type.Integer(),
  attempt: count('1 for the first of its round'),
  delivery_id: Type.String({
    description: 'The webhook-id header: the same for every attempt at one outcome.',
  }),
  outcome: Type.Enum([...attemptOutcomes]),
  status_code: nullable(Type.Integer()),
  duration_ms: Type.Integer(),
  error_msg: nullable(Type.String()),
  response_excerpt: nullable(Type.String()),
  delivery_config: DeliveryConfigSchema,
  attempted_at: time(),
});

export const RequestSchema = Type.Object({
  id: Type.Integer(),
  batch_id: Type.Integer(),
  custom_id: Type.String(),
  url: Type.String(),
  model: Type.String(),
  state: Type.Enum([...requestStates]),
  outcome: nullable(Type.Enum([...outcomes])),
  tag: nullable(Type.String()),
  metadata: nullable(Type.Record(Type.String(), Type.String())),
  delivery_config: DeliveryConfigSchema,
  error_code: nullable(Type.String()),
  error_msg: nullable(Type.String()),
  request_payload_size: count('Bytes of its line in the input file'),
  estimated_input_tokens: Type.Integer(),
  call_tries: Type.Integer(),
  delivery_attempt_count: count('Attempts of the present round'),
  next_attempt_at: nullable(time()),
  created_at: time(),
  updated_at: time(),
  outcome_at: nullable(time()),
});

export const RequestDetailSchema = Type.Object({
  ...RequestSchema.properties,
  delivery_attempts: Type.Array(AttemptSchema, { description: 'Newest first, at most 100.' }),
  runs: Type.Array(Type.Object({ batch_id: Type.Integer(), ended: Type.String(), at: time() }), {
    description: 'Batches it was in before, oldest first.',
  }),
  result: nullable(Type.Unknown(), {
    description:
      "OpenAI's result line with your custom_id, or one of the same shape; null before the outcome.",
  }),
  usage: nullable(UsageSchema),
  cost: nullable(CostSchema, { description: 'Null while the price of the model is not known.' }),
});

export const BatchSchema = Type.Object({
  id: Type.Integer(),
  endpoint: Type.String(),
  model: Type.String(),
  state: Type.Enum([...batchStates]),
  moves: Type.Array(Type.Enum(Object.keys(batchMoves) as (keyof typeof batchMoves)[]), {
    description: 'What an operator may order now.',
  }),
  hand_over: nullable(Type.Enum([...handOvers])),
  successor_of: nullable(Type.Integer()),
  failure: nullable(Type.Enum([...failures]), { description: 'Why it failed.' }),
  refusals: count('How often in a row batches of these requests were refused at validation'),
  row_limit: nullable(count('Requests that its successors may hold at most, where it was cut')),
  condition: nullable(Type.Enum([...batchConditions]), {
    description: 'What holds it: only time or a person can let it go on.',
  }),
  condition_since: nullable(time()),
  close_reason: nullable(Type.String()),
  request_count: Type.Integer(),
  sent_count: nullable(count('Lines of its file, frozen at close')),
  size_bytes: count('Bytes of its file'),
  estimated_input_tokens: Type.Integer(),
  succeeded_count: Type.Integer(),
  failed_count: Type.Integer(),
  expired_count: Type.Integer(),
  cancelled_count: Type.Integer(),
  delivering_count: Type.Integer(),
  delivered_count: Type.Integer(),
  delivery_failed_count: Type.Integer(),
  output_lines: nullable(Type.Integer()),
  error_lines: nullable(Type.Integer()),
  missing_lines: nullable(Type.Integer()),
  duplicate_lines: nullable(Type.Integer()),
  unknown_lines: nullable(Type.Integer()),
  openai_input_file_id: nullable(Type.String()),
  openai_batch_id: nullable(Type.String()),
  openai_status: nullable(Type.String({ description: "OpenAI's own word, also one that we do not know." })),
  openai_status_last_checked_at: nullable(time()),
  openai_requests_total: nullable(Type.Integer()),
  openai_requests_completed: nullable(Type.Integer()),
  openai_requests_failed: nullable(Type.Integer()),
  openai_output_file_id: nullable(Type.String()),
  openai_error_file_id: nullable(Type.String()),
  openai_errors: nullable(Type.Unknown()),
  waiting_reason: nullable(Type.String()),
  waiting: Type.Optional(
    nullable(WaitingSchema, {
      description: 'Why it is not created at OpenAI yet. Left out in answers to an order.',
    }),
  ),
  ...UsageSchema.properties,
  ...CostSchema.properties,
  unpriced_count: count('Answers whose model has no known price'),
  tries: Type.Integer(),
  last_error: nullable(Type.String()),
  next_try_at: nullable(time()),
  cancel_requested_at: nullable(time()),
  restart_requested_at: nullable(time('Since when it is being restarted')),
  created_at: time(),
  state_at: time('Since when it stands in this state'),
  state_p95_ms: nullable(
    count('95 % of the batches that left this state lately had stood in it no longer than this'),
  ),
  unusually_long: Type.Boolean({ description: 'It has stood in this state for more than three times that.' }),
  closed_at: nullable(time()),
  settled_at: nullable(time()),
  ended_at: nullable(time()),
});

export const TransitionSchema = Type.Object({
  move: Type.String(),
  from: nullable(Type.Enum([...batchStates])),
  to: Type.Enum([...batchStates]),
  actor: Type.String(),
  reason: nullable(Type.String()),
  transitioned_at: time(),
});

export const BatchDetailSchema = Type.Object({
  ...BatchSchema.properties,
  transitions: Type.Array(TransitionSchema, { description: 'Oldest first.' }),
  paused_stage: nullable(
    Type.Object({
      name: Type.String({ description: 'Stands in /api/stages.' }),
      paused_at: time(),
      paused_by: Type.String(),
    }),
    { description: 'The stage whose pause holds this batch, or null.' },
  ),
});

const nextCursor = nullable(Type.String(), {
  description:
    'Pass as `cursor` for the next page; null at the end. A filtered page may be short and still have a next one.',
});

export const RequestListSchema = Type.Object({ data: Type.Array(RequestSchema), next_cursor: nextCursor });
export const BatchListSchema = Type.Object({ data: Type.Array(BatchSchema), next_cursor: nextCursor });

export const IntakeSchema = Type.Object({
  paused: Type.Boolean(),
  since: nullable(time()),
  by: nullable(Type.String()),
});

export const OrphanSchema = Type.Object({
  id: Type.Integer(),
  kind: Type.Enum(['batch', 'file'], { description: 'A batch runs and costs money; a file takes space.' }),
  remote_id: Type.String(),
  about: Type.String(),
  remote_created_at: time(),
  found_at: time(),
  removing: Type.Boolean(),
  last_error: nullable(Type.String()),
});

export const ApiKeySchema = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  scopes: Type.Array(Type.Enum(['produce', 'operate', 'read'])),
  created_at: time(),
  created_by: Type.String(),
  revoked_at: nullable(time()),
});
