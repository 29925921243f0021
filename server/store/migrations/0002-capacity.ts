/**
 * The ledger of what is enqueued at OpenAI. A reservation is a mark on its batch, so that it is made and released in
 * the transaction of the batch's own move; beside it stands what is known of each family's cap.
 */
export const capacity = `
alter table batches add column model_family text not null default '';
alter table batches add column reserved_at integer;
alter table batches add column reserved_tokens integer;
alter table batches add column reserved_requests integer;
alter table batches add column ledger_tokens integer;
alter table batches add column waiting_for text;
alter table batches add column waiting_since integer;
update batches set model_family = lower(model);
update batches set reserved_at = state_at, reserved_tokens = estimated_tokens, reserved_requests = embedding_inputs
  where state = 'openai_processing';

-- What is reserved for a family?
create index batches_reserved on batches (provider_credentials, model_family) where reserved_at is not null;
-- Which batches of a family wait to be created, oldest first?
create index batches_waiting on batches (provider_credentials, model_family, closed_at)
  where state in ('uploaded', 'waiting_for_capacity');

create table capacity (
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

create table funding_holds (
  provider_credentials text not null primary key,
  since integer not null,
  message text not null,
  by_rows integer not null,
  probes integer not null,
  next_probe_at integer not null,
  lifted_at integer
) strict;

create table creation_counts (
  provider_credentials text not null,
  minute integer not null,
  creations integer not null,
  primary key (provider_credentials, minute)
) strict;

create table token_ratios (
  endpoint text not null,
  model text not null,
  permille integer not null,
  batches integer not null,
  updated_at integer not null,
  primary key (endpoint, model)
) strict;
`;

export const capacityUndone = `
drop table token_ratios;
drop table creation_counts;
drop table funding_holds;
drop table capacity;
drop index batches_waiting;
drop index batches_reserved;
alter table batches drop column waiting_since;
alter table batches drop column waiting_for;
alter table batches drop column ledger_tokens;
alter table batches drop column reserved_requests;
alter table batches drop column reserved_tokens;
alter table batches drop column reserved_at;
alter table batches drop column model_family;
`;
