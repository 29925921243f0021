-- Schema 13, made by the migrations. Do not edit.

CREATE TABLE actions (
  id bigint not null generated as identity,
  key text not null,
  action text not null,
  subject text not null,
  actor text not null,
  started_at bigint not null,
  ended_at bigint,
  status bigint,
  message text
);
CREATE UNIQUE INDEX actions_pkey ON actions USING btree (id);
CREATE UNIQUE INDEX actions_running ON actions USING btree (key) WHERE (ended_at IS NULL);

CREATE TABLE api_keys (
  id bigint not null generated as identity,
  name text not null,
  key_hash text not null,
  scopes text not null,
  created_at bigint not null,
  created_by text not null,
  revoked_at bigint
);
CREATE UNIQUE INDEX api_keys_key_hash_key ON api_keys USING btree (key_hash);
CREATE UNIQUE INDEX api_keys_pkey ON api_keys USING btree (id);

CREATE TABLE attempts (
  id bigint not null generated as identity,
  request_id bigint not null,
  destination_id bigint not null,
  outcome_number bigint not null,
  attempt bigint not null,
  outcome text not null,
  status_code bigint,
  duration_ms bigint not null,
  error text,
  response_excerpt text,
  delivery text not null,
  at bigint not null,
  custom_id text,
  config text
);
CREATE INDEX attempts_by_destination ON attempts USING btree (destination_id, id);
CREATE INDEX attempts_by_request ON attempts USING btree (request_id, id);
CREATE UNIQUE INDEX attempts_pkey ON attempts USING btree (id);

CREATE TABLE batch_keys (
  id bigint not null generated as identity,
  endpoint text not null,
  model text not null
);
CREATE UNIQUE INDEX batch_keys_endpoint_model_key ON batch_keys USING btree (endpoint, model);
CREATE UNIQUE INDEX batch_keys_pkey ON batch_keys USING btree (id);

CREATE TABLE batches (
  id bigint not null generated as identity,
  endpoint text not null,
  model text not null,
  state text not null,
  successor_of bigint,
  close_reason text,
  request_count bigint not null default 0,
  sent_count bigint,
  size_bytes bigint not null default 0,
  embedding_inputs bigint not null default 0,
  estimated_tokens bigint not null default 0,
  succeeded_count bigint not null default 0,
  failed_count bigint not null default 0,
  expired_count bigint not null default 0,
  cancelled_count bigint not null default 0,
  delivering_count bigint not null default 0,
  delivered_count bigint not null default 0,
  delivery_failed_count bigint not null default 0,
  output_lines bigint,
  error_lines bigint,
  missing_lines bigint,
  duplicate_lines bigint,
  unknown_lines bigint,
  provider_credentials text,
  submit_attempt bigint not null default 0,
  submit_intent_at bigint,
  submit_looks bigint not null default 0,
  openai_input_file_id text,
  openai_input_file_expires_at bigint,
  openai_batch_id text,
  openai_created_at bigint,
  openai_status text,
  openai_checked_at bigint,
  openai_total bigint,
  openai_completed bigint,
  openai_failed bigint,
  openai_output_file_id text,
  openai_error_file_id text,
  openai_errors text,
  waiting_reason text,
  input_tokens bigint not null default 0,
  cached_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  list_nano_usd bigint not null default 0,
  paid_nano_usd bigint not null default 0,
  unpriced_count bigint not null default 0,
  due_at bigint,
  lease_until bigint,
  lease_token text,
  lease_owner text,
  tries bigint not null default 0,
  last_error text,
  last_error_at bigint,
  cancel_requested_at bigint,
  hand_over text,
  created_at bigint not null,
  state_at bigint not null,
  closed_at bigint,
  advanced_at bigint,
  settled_at bigint,
  ended_at bigint,
  bodies_removed_at bigint,
  deleted_at bigint,
  model_family text not null default ''::text,
  reserved_at bigint,
  reserved_tokens bigint,
  reserved_requests bigint,
  ledger_tokens bigint,
  waiting_for text,
  waiting_since bigint,
  failure text,
  refusals bigint not null default 0,
  row_limit bigint,
  reuploads bigint not null default 0,
  condition text,
  condition_since bigint,
  resubmit_requested_at bigint,
  attempts_kept bigint not null default 0,
  slot bigint not null default 0,
  restart_requested_at bigint,
  restart_requested_by text,
  openai_input_file_created_at bigint
);
CREATE INDEX batches_by_condition ON batches USING btree (condition, id) WHERE (condition IS NOT NULL);
CREATE INDEX batches_by_error_file ON batches USING btree (openai_error_file_id, id) WHERE (openai_error_file_id IS NOT NULL);
CREATE INDEX batches_by_input_file ON batches USING btree (openai_input_file_id, id) WHERE (openai_input_file_id IS NOT NULL);
CREATE INDEX batches_by_openai_id ON batches USING btree (openai_batch_id, id) WHERE (openai_batch_id IS NOT NULL);
CREATE INDEX batches_by_output_file ON batches USING btree (openai_output_file_id, id) WHERE (openai_output_file_id IS NOT NULL);
CREATE INDEX batches_by_predecessor ON batches USING btree (successor_of, id) WHERE (successor_of IS NOT NULL);
CREATE INDEX batches_by_state ON batches USING btree (state, id);
CREATE INDEX batches_deleted ON batches USING btree (deleted_at, id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX batches_due ON batches USING btree (state, due_at, id) WHERE (due_at IS NOT NULL);
CREATE INDEX batches_ended ON batches USING btree (ended_at, id) WHERE (ended_at IS NOT NULL);
CREATE INDEX batches_leased ON batches USING btree (lease_until, id) WHERE (lease_until IS NOT NULL);
CREATE UNIQUE INDEX batches_open ON batches USING btree (endpoint, model, slot) WHERE (state = 'building'::text);
CREATE INDEX batches_owned ON batches USING btree (lease_owner, id) WHERE (lease_token IS NOT NULL);
CREATE UNIQUE INDEX batches_pkey ON batches USING btree (id);
CREATE INDEX batches_reserved ON batches USING btree (provider_credentials, model_family, id) WHERE (reserved_at IS NOT NULL);
CREATE INDEX batches_settled ON batches USING btree (settled_at, id) WHERE (settled_at IS NOT NULL);
CREATE INDEX batches_troubled ON batches USING btree (last_error_at, id) WHERE (last_error IS NOT NULL);
CREATE INDEX batches_waiting ON batches USING btree (provider_credentials, model_family, closed_at, id) WHERE (state = ANY (ARRAY['uploaded'::text, 'waiting_for_capacity'::text]));

CREATE TABLE capacity (
  provider_credentials text not null,
  family text not null,
  stated_tokens bigint,
  stated_requests bigint,
  stated_at bigint,
  assumed_permille bigint not null default 1000,
  margin_steps bigint not null default 0,
  clean_batches bigint not null default 0,
  rejections bigint not null default 0,
  held_until bigint,
  rejected_total bigint not null default 0,
  last_rejection text,
  last_rejection_at bigint
);
CREATE UNIQUE INDEX capacity_pkey ON capacity USING btree (provider_credentials, family);

CREATE TABLE creation_counts (
  provider_credentials text not null,
  minute bigint not null,
  creations bigint not null
);
CREATE UNIQUE INDEX creation_counts_pkey ON creation_counts USING btree (provider_credentials, minute);

CREATE TABLE database_identity (
  identity text not null
);

CREATE TABLE day_costs (
  tag text not null,
  day bigint not null,
  batch_key_id bigint not null,
  answered bigint not null default 0,
  unpriced bigint not null default 0,
  input_tokens bigint not null default 0,
  cached_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  list_nano_usd bigint not null default 0,
  paid_nano_usd bigint not null default 0
);
CREATE UNIQUE INDEX day_costs_pkey ON day_costs USING btree (day, batch_key_id, tag);

CREATE TABLE destinations (
  id bigint not null generated as identity,
  type text not null,
  address text not null,
  created_at bigint not null,
  version bigint not null default 0,
  updated_at bigint,
  updated_by text,
  schedule_ms text,
  connect_timeout_ms bigint,
  answer_timeout_ms bigint,
  concurrency bigint,
  rate_per_s bigint,
  breaker_off bigint not null default 0,
  sealed text,
  secret_overlap_until bigint,
  paused_at bigint,
  paused_by text,
  breaker text not null default 'closed'::text,
  breaker_opened_at bigint,
  failures bigint not null default 0,
  failing_since bigint,
  probes bigint not null default 0,
  recovering_since bigint,
  last_success_at bigint,
  last_failure_at bigint,
  last_failure text,
  last_error text,
  success_count bigint not null default 0,
  failure_count bigint not null default 0,
  success_ppm bigint,
  latency_us bigint,
  rate_used_us bigint not null default 0,
  blocked_until bigint not null default 0,
  look_at bigint,
  holds_since bigint
);
CREATE INDEX destinations_look ON destinations USING btree (type, look_at, id) WHERE (look_at IS NOT NULL);
CREATE INDEX destinations_open ON destinations USING btree (breaker, id) WHERE (breaker = 'open'::text);
CREATE UNIQUE INDEX destinations_pkey ON destinations USING btree (id);
CREATE INDEX destinations_recovering ON destinations USING btree (recovering_since, id) WHERE (recovering_since IS NOT NULL);
CREATE UNIQUE INDEX destinations_type_address_key ON destinations USING btree (type, address);

CREATE TABLE ended_sessions (
  id text not null,
  until bigint not null
);
CREATE INDEX ended_sessions_by_until ON ended_sessions USING btree (until);
CREATE UNIQUE INDEX ended_sessions_pkey ON ended_sessions USING btree (id);

CREATE TABLE funding_holds (
  provider_credentials text not null,
  since bigint not null,
  message text not null,
  by_rows bigint not null,
  probes bigint not null,
  next_probe_at bigint not null,
  lifted_at bigint
);
CREATE UNIQUE INDEX funding_holds_pkey ON funding_holds USING btree (provider_credentials);

CREATE TABLE hour_counts (
  hour bigint not null,
  batch_key_id bigint not null,
  slot bigint not null,
  accepted bigint not null default 0,
  succeeded bigint not null default 0,
  failed bigint not null default 0,
  expired bigint not null default 0,
  cancelled bigint not null default 0,
  delivered bigint not null default 0,
  delivery_failed bigint not null default 0
);
CREATE UNIQUE INDEX hour_counts_pkey ON hour_counts USING btree (hour, batch_key_id, slot);

CREATE TABLE installation (
  id text not null,
  created_at bigint not null
);
CREATE UNIQUE INDEX installation_pkey ON installation USING btree (id);

CREATE TABLE openai_events (
  webhook_id text not null,
  received_at bigint not null
);
CREATE UNIQUE INDEX openai_events_pkey ON openai_events USING btree (webhook_id);
CREATE INDEX openai_events_received ON openai_events USING btree (received_at);

CREATE TABLE orphans (
  id bigint not null generated as identity,
  kind text not null,
  remote_id text not null,
  provider_credentials text not null,
  about text not null,
  remote_created_at bigint not null,
  found_at bigint not null,
  seen_at bigint not null,
  remove_at bigint,
  tries bigint not null default 0,
  last_error text
);
CREATE UNIQUE INDEX orphans_kind_remote_id_key ON orphans USING btree (kind, remote_id);
CREATE UNIQUE INDEX orphans_pkey ON orphans USING btree (id);
CREATE INDEX orphans_to_remove ON orphans USING btree (remove_at, id) WHERE (remove_at IS NOT NULL);

CREATE TABLE prices (
  id bigint not null generated as identity,
  model text not null,
  from_at bigint not null,
  input_nano_usd bigint not null,
  cached_nano_usd bigint not null,
  output_nano_usd bigint not null,
  batch_ppm bigint not null,
  updated_at bigint not null,
  updated_by text not null
);
CREATE UNIQUE INDEX prices_by_model ON prices USING btree (model, from_at);
CREATE UNIQUE INDEX prices_pkey ON prices USING btree (id);

CREATE TABLE redeliveries (
  id bigint not null generated as identity,
  filter text not null,
  state text not null,
  matching bigint,
  redelivered bigint not null default 0,
  looked_before bigint,
  due_at bigint,
  lease_token text,
  last_error text,
  created_at bigint not null,
  created_by text not null,
  ended_at bigint,
  ended_by text
);
CREATE INDEX redeliveries_due ON redeliveries USING btree (due_at, id) WHERE (due_at IS NOT NULL);
CREATE UNIQUE INDEX redeliveries_pkey ON redeliveries USING btree (id);

CREATE TABLE remote_cleanups (
  id bigint not null generated as identity,
  batch_id bigint,
  kind text not null,
  remote_id text not null,
  provider_credentials text not null,
  due_at bigint not null,
  tries bigint not null default 0,
  last_error text,
  created_at bigint not null
);
CREATE INDEX remote_cleanups_due ON remote_cleanups USING btree (due_at, id);
CREATE UNIQUE INDEX remote_cleanups_kind_remote_id_key ON remote_cleanups USING btree (kind, remote_id);
CREATE UNIQUE INDEX remote_cleanups_pkey ON remote_cleanups USING btree (id);

CREATE TABLE replicas (
  name text not null,
  role text not null,
  version text not null,
  started_at bigint not null,
  seen_at bigint not null
);
CREATE UNIQUE INDEX replicas_pkey ON replicas USING btree (name);

CREATE TABLE repricings (
  model text not null,
  from_at bigint not null,
  batch_id bigint not null,
  request_id bigint not null
);
CREATE UNIQUE INDEX repricings_pkey ON repricings USING btree (model);

CREATE TABLE request_bodies (
  request_id bigint not null,
  body bytea not null
);
CREATE UNIQUE INDEX request_bodies_pkey ON request_bodies USING btree (request_id);

CREATE TABLE request_runs (
  request_id bigint not null,
  batch_id bigint not null,
  run bigint not null,
  ended text not null,
  at bigint not null
);
CREATE UNIQUE INDEX request_runs_pkey ON request_runs USING btree (request_id, batch_id, run);

CREATE TABLE requests (
  id bigint not null generated as identity,
  batch_id bigint not null,
  batch_key_id bigint not null,
  custom_id text not null,
  content_hash bytea not null,
  state text not null,
  outcome text,
  outcome_number bigint not null default 0,
  outcome_at bigint,
  call_tries bigint not null default 0,
  delivery_tries bigint not null default 0,
  destination_id bigint,
  delivery text not null,
  tag text,
  metadata text,
  line_bytes bigint not null,
  embedding_inputs bigint not null,
  estimated_tokens bigint not null,
  error_code text,
  error_message text,
  due_at bigint,
  lease_token text,
  created_at bigint not null,
  updated_at bigint not null,
  held_since bigint,
  asked_until bigint,
  lease_until bigint
) WITH (fillfactor=50);
CREATE INDEX requests_by_batch ON requests USING btree (batch_id, state, id);
CREATE INDEX requests_by_created_at ON requests USING btree (created_at, id);
CREATE UNIQUE INDEX requests_by_custom_id ON requests USING btree (custom_id);
CREATE INDEX requests_by_error ON requests USING btree (batch_id, error_code, id) WHERE (error_code IS NOT NULL);
CREATE INDEX requests_by_key ON requests USING btree (batch_key_id, id);
CREATE INDEX requests_by_outcome ON requests USING btree (outcome, id) WHERE (outcome IS NOT NULL);
CREATE INDEX requests_by_state ON requests USING btree (state, id);
CREATE INDEX requests_by_tag ON requests USING btree (tag, id) WHERE (tag IS NOT NULL);
CREATE INDEX requests_due ON requests USING btree (destination_id, due_at, id) WHERE (state = 'delivering'::text);
CREATE INDEX requests_failed_by_destination ON requests USING btree (destination_id, id) WHERE (state = 'delivery_failed'::text);
CREATE INDEX requests_held ON requests USING btree (destination_id, held_since, id) WHERE ((state = 'delivering'::text) AND (held_since IS NOT NULL));
CREATE UNIQUE INDEX requests_pkey ON requests USING btree (id);

CREATE TABLE results (
  request_id bigint not null,
  line bytea not null,
  custom_id_start bigint not null,
  custom_id_end bigint not null,
  status_code bigint,
  input_tokens bigint,
  cached_tokens bigint,
  output_tokens bigint,
  reasoning_tokens bigint,
  list_nano_usd bigint,
  paid_nano_usd bigint
);
CREATE UNIQUE INDEX results_pkey ON results USING btree (request_id);

CREATE TABLE schema_migrations (
  version bigint not null,
  name text not null
);
CREATE UNIQUE INDEX schema_migrations_pkey ON schema_migrations USING btree (version);

CREATE TABLE settings (
  name text not null,
  value text not null,
  updated_at bigint not null,
  updated_by text not null
);
CREATE UNIQUE INDEX settings_pkey ON settings USING btree (name);

CREATE TABLE token_ratios (
  endpoint text not null,
  model text not null,
  permille bigint not null,
  batches bigint not null,
  updated_at bigint not null
);
CREATE UNIQUE INDEX token_ratios_pkey ON token_ratios USING btree (endpoint, model);

CREATE TABLE transitions (
  id bigint not null generated as identity,
  batch_id bigint not null,
  move text not null,
  from_state text,
  to_state text not null,
  actor text not null,
  reason text,
  at bigint not null
);
CREATE INDEX transitions_by_batch ON transitions USING btree (batch_id, id);
CREATE INDEX transitions_by_from ON transitions USING btree (from_state, id);
CREATE INDEX transitions_by_time ON transitions USING btree (at, id);
CREATE UNIQUE INDEX transitions_pkey ON transitions USING btree (id);
