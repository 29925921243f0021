-- Schema 13, made by the migrations. Do not edit.

CREATE TABLE actions (
  id integer primary key autoincrement,
  key text not null,
  action text not null,
  subject text not null,
  actor text not null,
  started_at integer not null,
  ended_at integer,
  status integer,
  message text
) strict;
CREATE UNIQUE INDEX actions_running on actions (key) where ended_at is null;

CREATE TABLE api_keys (
  id integer primary key autoincrement,
  name text not null,
  key_hash text not null unique,
  scopes text not null,
  created_at integer not null,
  created_by text not null,
  revoked_at integer
) strict;

CREATE TABLE attempts (
  id integer primary key,
  request_id integer not null references requests (id) on delete cascade,
  destination_id integer not null,
  outcome_number integer not null,
  attempt integer not null,
  outcome text not null,
  status_code integer,
  duration_ms integer not null,
  error text,
  response_excerpt text,
  delivery text not null,
  at integer not null
, custom_id text, config text) strict;
CREATE INDEX attempts_by_destination on attempts (destination_id);
CREATE INDEX attempts_by_request on attempts (request_id);

CREATE TABLE batch_keys (
  id integer primary key,
  endpoint text not null,
  model text not null,
  unique (endpoint, model)
) strict;

CREATE TABLE batches (
  id integer primary key autoincrement,
  endpoint text not null,
  model text not null,
  state text not null,
  successor_of integer references batches (id) on delete set null,
  close_reason text,

  request_count integer not null default 0,
  sent_count integer,
  size_bytes integer not null default 0,
  embedding_inputs integer not null default 0,
  estimated_tokens integer not null default 0,

  succeeded_count integer not null default 0,
  failed_count integer not null default 0,
  expired_count integer not null default 0,
  cancelled_count integer not null default 0,
  delivering_count integer not null default 0,
  delivered_count integer not null default 0,
  delivery_failed_count integer not null default 0,

  output_lines integer,
  error_lines integer,
  missing_lines integer,
  duplicate_lines integer,
  unknown_lines integer,

  provider_credentials text,
  submit_attempt integer not null default 0,
  submit_intent_at integer,
  submit_looks integer not null default 0,
  openai_input_file_id text,
  openai_input_file_expires_at integer,
  openai_batch_id text,
  openai_created_at integer,
  openai_status text,
  openai_checked_at integer,
  openai_total integer,
  openai_completed integer,
  openai_failed integer,
  openai_output_file_id text,
  openai_error_file_id text,
  openai_errors text,
  waiting_reason text,

  input_tokens integer not null default 0,
  cached_tokens integer not null default 0,
  output_tokens integer not null default 0,
  reasoning_tokens integer not null default 0,
  list_nano_usd integer not null default 0,
  paid_nano_usd integer not null default 0,
  unpriced_count integer not null default 0,

  due_at integer,
  lease_until integer,
  lease_token text,
  lease_owner text,
  tries integer not null default 0,
  last_error text,
  last_error_at integer,

  cancel_requested_at integer,
  hand_over text,
  created_at integer not null,
  state_at integer not null,
  closed_at integer,
  advanced_at integer,
  settled_at integer,
  ended_at integer,
  bodies_removed_at integer,
  deleted_at integer
, model_family text not null default '', reserved_at integer, reserved_tokens integer, reserved_requests integer, ledger_tokens integer, waiting_for text, waiting_since integer, failure text, refusals integer not null default 0, row_limit integer, reuploads integer not null default 0, condition text, condition_since integer, resubmit_requested_at integer, attempts_kept integer not null default 0, slot integer not null default 0, restart_requested_at integer, restart_requested_by text, openai_input_file_created_at integer) strict;
CREATE INDEX batches_by_condition on batches (condition) where condition is not null;
CREATE INDEX batches_by_error_file on batches (openai_error_file_id) where openai_error_file_id is not null;
CREATE INDEX batches_by_input_file on batches (openai_input_file_id) where openai_input_file_id is not null;
CREATE INDEX batches_by_openai_id on batches (openai_batch_id) where openai_batch_id is not null;
CREATE INDEX batches_by_output_file on batches (openai_output_file_id) where openai_output_file_id is not null;
CREATE INDEX batches_by_predecessor on batches (successor_of) where successor_of is not null;
CREATE INDEX batches_by_state on batches (state);
CREATE INDEX batches_deleted on batches (deleted_at) where deleted_at is not null;
CREATE INDEX batches_due on batches (state, due_at) where due_at is not null;
CREATE INDEX batches_ended on batches (ended_at) where ended_at is not null;
CREATE INDEX batches_leased on batches (lease_until) where lease_until is not null;
CREATE UNIQUE INDEX batches_open on batches (endpoint, model, slot) where state = 'building';
CREATE INDEX batches_owned on batches (lease_owner) where lease_token is not null;
CREATE INDEX batches_reserved on batches (provider_credentials, model_family) where reserved_at is not null;
CREATE INDEX batches_settled on batches (settled_at) where settled_at is not null;
CREATE INDEX batches_troubled on batches (last_error_at) where last_error is not null;
CREATE INDEX batches_waiting on batches (provider_credentials, model_family, closed_at)
  where state in ('uploaded', 'waiting_for_capacity');

CREATE TABLE capacity (
  provider_credentials text not null,
  family text not null,
  stated_tokens integer,
  stated_requests integer,
  stated_at integer,
  assumed_permille integer not null default 1000,
  margin_steps integer not null default 0,
  clean_batches integer not null default 0,
  rejections integer not null default 0,
  held_until integer,
  rejected_total integer not null default 0,
  last_rejection text,
  last_rejection_at integer,
  primary key (provider_credentials, family)
) strict;

CREATE TABLE creation_counts (
  provider_credentials text not null,
  minute integer not null,
  creations integer not null,
  primary key (provider_credentials, minute)
) strict;

CREATE TABLE day_costs (
  tag text not null,
  day integer not null,
  batch_key_id integer not null,
  answered integer not null default 0,
  unpriced integer not null default 0,
  input_tokens integer not null default 0,
  cached_tokens integer not null default 0,
  output_tokens integer not null default 0,
  reasoning_tokens integer not null default 0,
  list_nano_usd integer not null default 0,
  paid_nano_usd integer not null default 0,
  primary key (day, batch_key_id, tag)
) strict;

CREATE TABLE destinations (
  id integer primary key,
  type text not null,
  address text not null,
  created_at integer not null, version integer not null default 0, updated_at integer, updated_by text, schedule_ms text, connect_timeout_ms integer, answer_timeout_ms integer, concurrency integer, rate_per_s integer, breaker_off integer not null default 0, sealed text, secret_overlap_until integer, paused_at integer, paused_by text, breaker text not null default 'closed', breaker_opened_at integer, failures integer not null default 0, failing_since integer, probes integer not null default 0, recovering_since integer, last_success_at integer, last_failure_at integer, last_failure text, last_error text, success_count integer not null default 0, failure_count integer not null default 0, success_ppm integer, latency_us integer, rate_used_us integer not null default 0, blocked_until integer not null default 0, look_at integer, holds_since integer,
  unique (type, address)
) strict;
CREATE INDEX destinations_look on destinations (type, look_at) where look_at is not null;
CREATE INDEX destinations_open on destinations (breaker) where breaker = 'open';
CREATE INDEX destinations_recovering on destinations (recovering_since) where recovering_since is not null;

CREATE TABLE ended_sessions (
  id text not null primary key,
  -- When the session would have ended by itself, so that its row is of no use any more.
  until integer not null
) strict;
CREATE INDEX ended_sessions_by_until on ended_sessions (until);

CREATE TABLE funding_holds (
  provider_credentials text not null primary key,
  since integer not null,
  message text not null,
  by_rows integer not null,
  probes integer not null,
  next_probe_at integer not null,
  lifted_at integer
) strict;

CREATE TABLE "hour_counts" (
  hour integer not null,
  batch_key_id integer not null,
  slot integer not null,
  accepted integer not null default 0,
  succeeded integer not null default 0,
  failed integer not null default 0,
  expired integer not null default 0,
  cancelled integer not null default 0,
  delivered integer not null default 0,
  delivery_failed integer not null default 0,
  primary key (hour, batch_key_id, slot)
) strict;

CREATE TABLE id_counters (
  name text not null primary key,
  last_id integer not null
) strict;

CREATE TABLE installation (
  id text not null primary key,
  created_at integer not null
) strict;

CREATE TABLE openai_events (
  webhook_id text primary key,
  received_at integer not null
) strict;
CREATE INDEX openai_events_received on openai_events (received_at);

CREATE TABLE orphans (
  id integer primary key,
  kind text not null,
  remote_id text not null,
  provider_credentials text not null,
  about text not null,
  remote_created_at integer not null,
  found_at integer not null,
  seen_at integer not null,
  remove_at integer,
  tries integer not null default 0,
  last_error text,
  unique (kind, remote_id)
) strict;
CREATE INDEX orphans_to_remove on orphans (remove_at) where remove_at is not null;

CREATE TABLE prices (
  id integer primary key autoincrement,
  model text not null,
  from_at integer not null,
  -- List prices: nano-dollars for a million tokens.
  input_nano_usd integer not null,
  cached_nano_usd integer not null,
  output_nano_usd integer not null,
  -- What a batch pays of the list price, in millionths.
  batch_ppm integer not null,
  updated_at integer not null,
  updated_by text not null
) strict;
CREATE UNIQUE INDEX prices_by_model on prices (model, from_at);

CREATE TABLE redeliveries (
  id integer primary key autoincrement,
  filter text not null,
  state text not null,
  matching integer,
  redelivered integer not null default 0,
  looked_before integer,
  due_at integer,
  lease_token text,
  last_error text,
  created_at integer not null,
  created_by text not null,
  ended_at integer,
  ended_by text
) strict;
CREATE INDEX redeliveries_due on redeliveries (due_at) where due_at is not null;

CREATE TABLE remote_cleanups (
  id integer primary key,
  batch_id integer,
  kind text not null,
  remote_id text not null,
  provider_credentials text not null,
  due_at integer not null,
  tries integer not null default 0,
  last_error text,
  created_at integer not null,
  unique (kind, remote_id)
) strict;
CREATE INDEX remote_cleanups_due on remote_cleanups (due_at);

CREATE TABLE replicas (
  name text not null primary key,
  role text not null,
  version text not null,
  started_at integer not null,
  seen_at integer not null
) strict;

CREATE TABLE repricings (
  model text not null primary key,
  -- Answers that came before keep their price.
  from_at integer not null,
  -- How far it has come: this batch, behind this request.
  batch_id integer not null,
  request_id integer not null
) strict;

CREATE TABLE request_bodies (
  request_id integer primary key references requests (id) on delete cascade,
  body blob not null
) strict;

CREATE TABLE request_runs (
  request_id integer not null references requests (id) on delete cascade,
  batch_id integer not null,
  run integer not null,
  ended text not null,
  at integer not null,
  primary key (request_id, batch_id, run)
) strict, without rowid;

CREATE TABLE requests (
  id integer primary key,
  batch_id integer not null references batches (id),
  batch_key_id integer not null references batch_keys (id),
  custom_id text not null,
  content_hash blob not null,
  state text not null,
  outcome text,
  outcome_number integer not null default 0,
  outcome_at integer,
  call_tries integer not null default 0,
  delivery_tries integer not null default 0,
  destination_id integer references destinations (id),
  delivery text not null,
  tag text,
  metadata text,
  line_bytes integer not null,
  embedding_inputs integer not null,
  estimated_tokens integer not null,
  error_code text,
  error_message text,
  due_at integer,
  lease_token text,
  created_at integer not null,
  updated_at integer not null
, held_since integer, asked_until integer, lease_until integer) strict;
CREATE INDEX requests_by_batch on requests (batch_id, state);
CREATE INDEX requests_by_created_at on requests (created_at);
CREATE UNIQUE INDEX requests_by_custom_id on requests (custom_id);
CREATE INDEX requests_by_error on requests (batch_id, error_code) where error_code is not null;
CREATE INDEX requests_by_key on requests (batch_key_id);
CREATE INDEX requests_by_outcome on requests (outcome) where outcome is not null;
CREATE INDEX requests_by_state on requests (state);
CREATE INDEX requests_by_tag on requests (tag) where tag is not null;
CREATE INDEX requests_due on requests (destination_id, due_at) where state = 'delivering';
CREATE INDEX requests_failed_by_destination on requests (destination_id) where state = 'delivery_failed';
CREATE INDEX requests_held on requests (destination_id, held_since) where state = 'delivering' and held_since is not null;

CREATE TABLE results (
  request_id integer primary key references requests (id) on delete cascade,
  line blob not null,
  custom_id_start integer not null,
  custom_id_end integer not null,
  status_code integer,
  input_tokens integer,
  cached_tokens integer,
  output_tokens integer,
  reasoning_tokens integer,
  list_nano_usd integer,
  paid_nano_usd integer
) strict;

CREATE TABLE settings (
  name text not null primary key,
  value text not null,
  updated_at integer not null,
  updated_by text not null
) strict;

CREATE TABLE token_ratios (
  endpoint text not null,
  model text not null,
  permille integer not null,
  batches integer not null,
  updated_at integer not null,
  primary key (endpoint, model)
) strict;

CREATE TABLE transitions (
  id integer primary key,
  batch_id integer not null references batches (id) on delete cascade,
  move text not null,
  from_state text,
  to_state text not null,
  actor text not null,
  reason text,
  at integer not null
) strict;
CREATE INDEX transitions_by_batch on transitions (batch_id);
CREATE INDEX transitions_by_from on transitions (from_state);
CREATE INDEX transitions_by_time on transitions (at);
