/** Rows as they are stored. Column names are the words of the API; times are epoch milliseconds. */

import type { BatchCondition, BatchState, HandOver } from '../../core/batch.ts';
import type { Health } from '../../core/breaker.ts';
import type { WaitingCause } from '../../core/capacity/explain.ts';
import type { DestinationType, PolicyRow } from '../../core/destination.ts';
import type { Endpoint } from '../../core/endpoints.ts';
import type { CloseReason } from '../../core/limits.ts';
import type { Outcome, RequestState } from '../../core/request.ts';
import type { Failure } from '../../core/successors.ts';

export interface BatchRow {
  id: number;
  endpoint: Endpoint;
  model: string;
  state: BatchState;
  /** Which of the open batches of its pair it is, or was. */
  slot: number;
  successor_of: number | null;
  /** Why it failed; null in every other state. */
  failure: Failure | null;
  /** How often in a row batches of these requests were refused at validation. */
  refusals: number;
  /** Requests that it may hold, where an ancestor was cut. */
  row_limit: number | null;
  /** How often its input file was sent again because the provider had lost it. */
  reuploads: number;
  /** What holds it, until its next move. */
  condition: BatchCondition | null;
  condition_since: number | null;
  /** An operator's order to send a vanished batch again. */
  resubmit_requested_at: number | null;
  /** An order to restart that is being carried out, slice by slice; the move that ends it takes it away. */
  restart_requested_at: number | null;
  restart_requested_by: string | null;
  close_reason: CloseReason | null;
  request_count: number;
  /** Lines in the file, frozen at close. */
  sent_count: number | null;
  /** Bytes of the input file. */
  size_bytes: number;
  embedding_inputs: number;
  estimated_tokens: number;
  succeeded_count: number;
  failed_count: number;
  expired_count: number;
  cancelled_count: number;
  delivering_count: number;
  delivered_count: number;
  delivery_failed_count: number;
  output_lines: number | null;
  error_lines: number | null;
  missing_lines: number | null;
  duplicate_lines: number | null;
  unknown_lines: number | null;
  /** Fingerprint of the provider URL and key that own the remote files. */
  provider_credentials: string | null;
  submit_attempt: number;
  /** Set before a batch is created, cleared when its fate is known. */
  submit_intent_at: number | null;
  submit_looks: number;
  openai_input_file_id: string | null;
  /** By the provider's clock: no batch made from the file can be older. */
  openai_input_file_created_at: number | null;
  openai_input_file_expires_at: number | null;
  openai_batch_id: string | null;
  openai_created_at: number | null;
  openai_status: string | null;
  openai_checked_at: number | null;
  openai_total: number | null;
  openai_completed: number | null;
  openai_failed: number | null;
  openai_output_file_id: string | null;
  openai_error_file_id: string | null;
  /** JSON text of the batch's `errors`. */
  openai_errors: string | null;
  waiting_reason: string | null;
  /** Models that share one cap (core/capacity/family.ts). */
  model_family: string;
  /** Since when it counts in the ledger; null when it does not. */
  reserved_at: number | null;
  /** Calibrated estimate with which it was last admitted. */
  reserved_tokens: number | null;
  reserved_requests: number | null;
  /** Tokens in the ledger of its family when it was admitted, itself included. */
  ledger_tokens: number | null;
  /** Why it was not admitted at the last look; null when nothing of that kind keeps it. */
  waiting_for: WaitingCause | null;
  waiting_since: number | null;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  list_nano_usd: number;
  paid_nano_usd: number;
  /** Answers with usage whose model has no known price. */
  unpriced_count: number;
  due_at: number | null;
  lease_until: number | null;
  lease_token: string | null;
  lease_owner: string | null;
  tries: number;
  last_error: string | null;
  last_error_at: number | null;
  cancel_requested_at: number | null;
  hand_over: HandOver | null;
  created_at: number;
  state_at: number;
  closed_at: number | null;
  /** When all its requests had been marked as sent. */
  advanced_at: number | null;
  settled_at: number | null;
  /** When nothing more was owed, deliveries included. */
  ended_at: number | null;
  bodies_removed_at: number | null;
  deleted_at: number | null;
  /** 1: its attempts stay for their own retention when its rows are removed. */
  attempts_kept: number;
}

/** Where outcomes go, with its policy, its secrets and its health. */
export interface DestinationRow extends PolicyRow, Health {
  id: number;
  type: DestinationType;
  /** A webhook's origin, with a path prefix if one was configured; or a broker target. */
  address: string;
  created_at: number;
  /** Grows with every edit. */
  version: number;
  updated_at: number | null;
  updated_by: string | null;
  /** 1: the breaker never opens by itself. */
  breaker_off: number;
  /** Secrets, headers and credentials, encrypted. */
  sealed: string | null;
  /** Until when the secret before the last rotation signs as well. */
  secret_overlap_until: number | null;
  paused_at: number | null;
  paused_by: string | null;
  last_success_at: number | null;
  last_failure_at: number | null;
  /** The outcome word of the last failure, and its error. */
  last_failure: string | null;
  last_error: string | null;
  success_count: number;
  failure_count: number;
  /** Share of successes, the last fifty weighing most: parts per million. */
  success_ppm: number | null;
  /** Time to an answer, smoothed likewise: microseconds. */
  latency_us: number | null;
  /** What is used of the rate limit (core/send-rate.ts). */
  rate_used_us: number;
  /** When the dispatcher looks here next; null while nothing is to be sent. */
  look_at: number | null;
}

export interface RequestRow {
  id: number;
  batch_id: number;
  batch_key_id: number;
  custom_id: string;
  state: RequestState;
  outcome: Outcome | null;
  outcome_number: number;
  outcome_at: number | null;
  call_tries: number;
  delivery_tries: number;
  destination_id: number | null;
  /** JSON text of the delivery configuration. */
  delivery: string;
  tag: string | null;
  /** JSON text. */
  metadata: string | null;
  /** Bytes of its line in an input file. */
  line_bytes: number;
  embedding_inputs: number;
  estimated_tokens: number;
  error_code: string | null;
  error_message: string | null;
  /** While delivering: when the next attempt may be made, or might have been when the present one was. */
  due_at: number | null;
  /** Who makes the present attempt, and until when nobody else may. */
  lease_token: string | null;
  lease_until: number | null;
  created_at: number;
  updated_at: number;
  /** Since when it has waited for its destination, where a probe has moved `due_at`; else null. */
  held_since: number | null;
  /** Its receiver asked for no attempt before (`Retry-After`). */
  asked_until: number | null;
}

export interface TransitionRow {
  id: number;
  batch_id: number;
  move: string;
  from_state: BatchState | null;
  to_state: BatchState;
  actor: string;
  reason: string | null;
  at: number;
}

export interface AttemptRow {
  id: number;
  request_id: number;
  destination_id: number;
  outcome_number: number;
  attempt: number;
  outcome: string;
  status_code: number | null;
  duration_ms: number;
  error: string | null;
  response_excerpt: string | null;
  delivery: string;
  at: number;
  custom_id: string | null;
  /** The configuration of the destination at this attempt, as JSON text without secrets. */
  config: string | null;
}

export interface ResultRow {
  request_id: number;
  line: Uint8Array;
  custom_id_start: number;
  custom_id_end: number;
  status_code: number | null;
  input_tokens: number | null;
  cached_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  list_nano_usd: number | null;
  paid_nano_usd: number | null;
}
