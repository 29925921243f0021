/**
 * What a batch must remember so that its successors differ from it, what is wrong with it that only time or a person
 * can cure, and what was seen at the provider that belongs to no batch.
 */
export const recovery = `
alter table batches add column failure text;
alter table batches add column refusals integer not null default 0;
alter table batches add column row_limit integer;
alter table batches add column reuploads integer not null default 0;
alter table batches add column condition text;
alter table batches add column condition_since integer;
alter table batches add column resubmit_requested_at integer;

-- Which batches does somebody have to know about?
create index batches_by_condition on batches (condition) where condition is not null;
-- How long did batches stand in a state lately?
create index transitions_by_from on transitions (from_state);

create table openai_events (
  webhook_id text primary key,
  received_at integer not null
) strict;
create index openai_events_received on openai_events (received_at);

create table orphans (
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
create index orphans_to_remove on orphans (remove_at) where remove_at is not null;
`;

/** Undoes it. */
export const recoveryUndone = `
drop table orphans;
drop table openai_events;
drop index transitions_by_from;
drop index batches_by_condition;
alter table batches drop column resubmit_requested_at;
alter table batches drop column condition_since;
alter table batches drop column condition;
alter table batches drop column reuploads;
alter table batches drop column row_limit;
alter table batches drop column refusals;
alter table batches drop column failure;
`;
