/** Every kind of record as it is stored, for looking only. Secrets, tokens, bodies and result lines are left out. */
import type { Row, Tx } from '../tx.ts';

interface Kind {
  readonly table: string;
  /** The column by which pages go. */
  readonly key: string;
  readonly columns: string;
}

/** Columns are named one by one: what is added later is not shown by accident. */
export const recordKinds = {
  batches: {
    table: 'batches',
    key: 'id',
    columns: `id, endpoint, model, state, successor_of, close_reason, request_count, sent_count, size_bytes,
      estimated_tokens, openai_batch_id, openai_status, openai_input_file_id, openai_output_file_id,
      openai_error_file_id, waiting_reason, due_at, lease_owner, lease_until, tries, last_error, hand_over,
      created_at, state_at, closed_at, settled_at, ended_at`,
  },
  requests: {
    table: 'requests',
    key: 'id',
    columns: `id, batch_id, batch_key_id, custom_id, state, outcome, outcome_number, call_tries, delivery_tries,
      destination_id, tag, line_bytes, estimated_tokens, error_code, error_message, due_at, created_at, updated_at`,
  },
  transitions: {
    table: 'transitions',
    key: 'id',
    columns: 'id, batch_id, move, from_state, to_state, actor, reason, at',
  },
  attempts: {
    table: 'attempts',
    key: 'id',
    columns: `id, request_id, destination_id, outcome_number, attempt, outcome, status_code, duration_ms, error, at`,
  },
  results: {
    table: 'results',
    key: 'request_id',
    columns: `request_id, status_code, input_tokens, cached_tokens, output_tokens, reasoning_tokens,
      list_nano_usd, paid_nano_usd, length(line) as line_bytes`,
  },
  destinations: { table: 'destinations', key: 'id', columns: 'id, type, address, created_at' },
  batch_keys: { table: 'batch_keys', key: 'id', columns: 'id, endpoint, model' },
  remote_cleanups: {
    table: 'remote_cleanups',
    key: 'id',
    columns: 'id, batch_id, kind, remote_id, due_at, tries, last_error, created_at',
  },
  api_keys: {
    table: 'api_keys',
    key: 'id',
    columns: 'id, name, scopes, created_at, created_by, revoked_at',
  },
  actions: {
    table: 'actions',
    key: 'id',
    columns: 'id, action, subject, actor, started_at, ended_at, status, message',
  },
} as const satisfies Record<string, Kind>;

export type RecordKind = keyof typeof recordKinds;

/** Newest first, by primary key. */
export async function listRecords(
  tx: Tx,
  input: { readonly kind: RecordKind; readonly beforeKey: number | null; readonly limit: number },
): Promise<Row[]> {
  const { table, key, columns } = recordKinds[input.kind];
  return tx.all<Row>(
    `select ${columns} from ${table} where ${key} < ? order by ${key} desc limit ?`,
    input.beforeKey ?? Number.MAX_SAFE_INTEGER,
    input.limit,
  );
}
